// One product's quantity: less, the number itself, more. Wide enough for a thumb.
import {useState} from 'preact/hooks';
import {compare} from '../money/decimal.js';
import {entered} from '../money/entered.js';
import {text} from '../strings.js';

const PLACES = 5;
const MOST = '1000000';

/** `quantity` is a decimal text, "0" for none; `onChange` hears of a new one. */
export function Stepper({name, quantity, onChange}) {
  const [typed, setTyped] = useState(null);
  const [wrong, setWrong] = useState(false);
  const take = (value) => {
    const decimal = value === quantity ? value : entered(value || '0', PLACES);
    const fits = decimal !== null && compare(decimal, MOST) <= 0;
    setWrong(!fits);
    if (!fits) return; // what was typed stays to be seen
    setTyped(null);
    if (decimal !== quantity) onChange(decimal);
  };
  const step = (by) => {
    setTyped(null);
    setWrong(false);
    onChange(moved(quantity, by));
  };
  return (
    <div class="stepper">
      <button type="button" aria-label={text.catalogue.less(name)} disabled={quantity === '0'} onClick={() => step(-1)}>−</button>
      <input aria-label={text.catalogue.quantity(name)} inputmode="decimal" autocomplete="off" value={typed ?? quantity} aria-invalid={wrong}
        onFocus={(event) => event.target.select()} onInput={(event) => setTyped(event.target.value)}
        onBlur={(event) => take(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && event.target.blur()} />
      <button type="button" aria-label={text.catalogue.more(name)} onClick={() => step(1)}>+</button>
      {wrong && <strong class="wrong" role="alert">{text.draft.badNumber}</strong>}
    </div>
  );
}

function moved(quantity, by) { // fractions stay: 0.75 and one more is 1.75
  const [whole, fraction] = quantity.split('.');
  const next = Number(whole) + by;
  if (next < 0 || next > Number(MOST)) return by < 0 ? '0' : quantity;
  return fraction && next < Number(MOST) ? `${next}.${fraction}` : String(next);
}
