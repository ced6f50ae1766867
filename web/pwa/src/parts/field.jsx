// A labelled input that gives its value when it is left, and says what is wrong with it.
import {useState} from 'preact/hooks';
import {text} from '../strings.js';

/** Lead to the first field on the screen whose text cannot be read; false where there is none. What goes on without it would not say what was typed. */
export function leadsToWrong() {
  const wrong = document.querySelector('main [aria-invalid="true"]');
  wrong?.closest('details')?.setAttribute('open', '');
  wrong?.focus();
  return Boolean(wrong);
}

/**
 * `read` turns what was typed into the value that is kept, or null when it is none; `onChange` hears of it. Without `read`
 * the text itself is kept.
 */
export function Field({label, value = '', read = (typed) => typed, onChange, many = false, ...rest}) {
  const [typed, setTyped] = useState(null);
  const [wrong, setWrong] = useState(false);
  const take = (event) => {
    const entered = event.target.value;
    const kept = entered === value ? value : read(entered); // what stood there was read before
    setWrong(kept === null);
    if (kept === null) return;
    setTyped(null);
    if (kept !== value) onChange(kept);
  };
  const Tag = many ? 'textarea' : 'input';
  return (
    <label class="field">
      <span>{label}</span>
      <Tag autocomplete="off" {...rest} value={typed ?? value} aria-invalid={wrong}
        onInput={(event) => setTyped(event.target.value)} onBlur={take} onChange={take} />
      {wrong && <strong class="wrong" role="alert">{text.draft.badNumber}</strong>}
    </label>
  );
}
