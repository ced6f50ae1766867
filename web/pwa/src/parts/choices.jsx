// What two devices changed in the same place of a draft, side by side; one tap chooses.
import {moment} from '../money/display.js';
import {LOCALE, text} from '../strings.js';

export function Choices({choices, draft, onChoose}) {
  return (
    <section class="choices">
      <h2>{text.choice.title}</h2>
      <p>{text.choice.why}</p>
      {choices.map((choice) => (
        <fieldset key={choice.path}>
          <legend>{labelOf(choice.path, draft)}</legend>
          {choice.values.map(({value, device, changed_at: at}) => (
            <button type="button" key={`${device} ${at}`} onClick={() => onChoose(choice, value)}>
              <strong>{valueText(value)}</strong>
              <small>{text.choice.from(device, moment(at, LOCALE))}</small>
            </button>
          ))}
        </fieldset>
      ))}
    </section>
  );
}

function labelOf(path, draft) {
  const [list, product, field] = path.split('/');
  if (!product) return text.choice.fields[path] ?? path;
  const name = draft[list].find((line) => line.product === product)?.name ?? product;
  return field ? `${name}: ${text.choice.fields[field] ?? field}` : name;
}

function valueText(value) {
  if (value === undefined) return text.choice.removed;
  if (typeof value !== 'object') return String(value);
  return value.quantity ?? value.amount ?? value.share ?? value.name ?? JSON.stringify(value);
}
