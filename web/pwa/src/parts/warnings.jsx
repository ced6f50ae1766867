// What the office would send back, as sentences, while the rep is still at the customer's.
import {setListPrice} from '../drafts/draft.js';
import {number, unitPrice} from '../money/display.js';
import {broughtDown} from '../orders/stock.js';
import {LOCALE, text} from '../strings.js';
import {inWords} from './stock.jsx';

/** `products` are the device's copies by id, `age` is when stock was confirmed last. */
export function Warnings({warnings, products, currency, age, edit}) {
  if (!warnings.length) return null;
  return (
    <section class="warnings" role="status">
      <h2>{text.warnings.title}</h2>
      <ul>
        {warnings.map((warning) => (
          <li key={`${warning.code} ${warning.key ?? warning.name}`} class={warning.weight}>
            {told(warning, currency, age)}
            {warning.code === 'price_changed' && (
              <button type="button" onClick={() => edit((current, by) => setListPrice(current, warning.key, warning.is, by))}>
                {text.warnings.takePrice(unitPrice(warning.is, currency, LOCALE))}
              </button>
            )}
            {warning.code === 'beyond_stock' && warning.weight === 'stops' && (
              <button type="button" onClick={() => edit((current, by) => broughtDown(current, products.get(warning.product), warning.most, by))}>
                {text.stock.bringDown(warning.name, number(warning.most, LOCALE))}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function told({code, was, is, ...about}, currency, age) {
  const prices = is !== undefined && {was: unitPrice(was, currency, LOCALE), is: unitPrice(is, currency, LOCALE)};
  return text.warnings[code](code === 'beyond_stock' ? inWords(about, age) : {...about, ...prices});
}
