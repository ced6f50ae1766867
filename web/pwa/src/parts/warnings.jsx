// What the office would send back, as sentences, while the rep is still at the customer's.
import {setListPrice} from '../drafts/draft.js';
import {unitPrice} from '../money/display.js';
import {LOCALE, text} from '../strings.js';

export function Warnings({warnings, currency, edit}) {
  if (!warnings.length) return null;
  return (
    <section class="warnings" role="status">
      <h2>{text.warnings.title}</h2>
      <ul>
        {warnings.map((warning) => (
          <li key={`${warning.code} ${warning.key ?? warning.name}`} class={warning.weight}>
            {told(warning, currency)}
            {warning.code === 'price_changed' && (
              <button type="button" onClick={() => edit((current, by) => setListPrice(current, warning.key, warning.is, by))}>
                {text.warnings.takePrice(unitPrice(warning.is, currency, LOCALE))}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function told({code, on_hand: onHand, was, is, ...about}, currency) {
  const prices = is !== undefined && {was: unitPrice(was, currency, LOCALE), is: unitPrice(is, currency, LOCALE)};
  return text.warnings[code]({...about, ...prices, onHand});
}
