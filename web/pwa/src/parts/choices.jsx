// What two devices changed in the same place of a draft, side by side; one tap chooses.
import {keyOf} from '../drafts/fields.js';
import {moment} from '../money/display.js';
import {percentOf} from '../money/entered.js';
import {LOCALE, text} from '../strings.js';
import {SignatureImage} from './signature_image.jsx';

export function Choices({choices, draft, device, onChoose}) {
  return (
    <section class="choices" aria-label={text.choice.title}>
      <h2>{text.choice.title}</h2>
      <p>{text.choice.why}</p>
      {choices.map((choice) => (
        <fieldset key={choice.path}>
          <legend>{labelOf(choice.path, draft)}</legend>
          {choice.values.map(({value, device: from, changed_at: at}) => (
            <button type="button" key={`${from} ${at}`} onClick={() => onChoose(choice, value)}>
              <strong>{shown(choice.path, value)}</strong>
              <small>{text.choice.from(from === device ? text.choice.here : from, moment(at, LOCALE))}</small>
            </button>
          ))}
        </fieldset>
      ))}
    </section>
  );
}

function labelOf(path, draft) {
  const [list, key, field] = path.split('/');
  if (!key) return text.choice.fields[path] ?? path;
  const name = draft[list].find((line) => keyOf(line) === key)?.name ?? key;
  return field ? `${name}: ${text.choice.fields[field] ?? field}` : name;
}

function shown(path, value) {
  if (value === undefined) return path.includes('/') ? text.choice.removed : text.choice.nothing;
  if (path === 'signature') return <SignatureImage signature={value} />;
  if (path === 'discount') return value.share ? `${percentOf(value.share)} %` : value.amount;
  if (path.endsWith('/discount')) return `${percentOf(value)} %`;
  if (typeof value === 'boolean') return value ? text.choice.yes : text.choice.no;
  if (typeof value !== 'object') return String(value) || text.choice.nothing;
  return value.quantity ?? value.amount ?? value.name ?? JSON.stringify(value);
}
