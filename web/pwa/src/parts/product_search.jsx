// Products as the rep types, each with what the screen puts beside it.
import {useState} from 'preact/hooks';
import {money, moment, number} from '../money/display.js';
import {LOCALE, text} from '../strings.js';
import {useAnswer, useChanges, useStateOf} from './hooks.js';

const SHOWN = 50;

/** `beside(product)` is what stands at the right of a product that is sold. */
export function ProductSearch({books, currency, beside = () => null}) {
  const [typed, setTyped] = useState('');
  const changes = useChanges(books.catalog);
  const found = useAnswer(() => books.catalog.search(typed, {prefix: 'product:', limit: SHOWN}), [typed, changes]);
  const stockAge = useStateOf(books.ages).confirmed.stock;
  return (
    <>
      <input class="search" type="search" aria-label={text.catalogue.search} placeholder={text.catalogue.search} value={typed}
        onInput={(event) => setTyped(event.target.value)} />
      {found && <p class="count" role="status">{found.total ? text.catalogue.total(found.total) : text.catalogue.none}</p>}
      <ul class="list">
        {found?.documents.map((product) => (
          <li key={product._id} class="product">
            <div>
              <strong>{product.name}</strong>
              <small>{[
                product.sku,
                priceText(product, currency), stockText(product, stockAge),
              ].filter(Boolean).join(' · ')}</small>
            </div>
            {product.active ? product.kind !== 'bundle' && beside(product) : <span class="chip attention">{text.catalogue.notSold}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function priceText({kind, unit_price: price}, currency) {
  if (kind === 'charge') return text.catalogue.charge;
  if (kind === 'bundle') return text.catalogue.bundle;
  return price === undefined ? null : money(price, currency, LOCALE);
}

function stockText({on_hand: stock}, age) {
  if (stock === undefined) return null;
  return text.catalogue.stock(number(stock, LOCALE), age && moment(age, LOCALE));
}
