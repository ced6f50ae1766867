// Quantities in a draft, kept to what is left in stock where the company wants that, and what is told beside a line.
import {useMemo, useState} from 'preact/hooks';
import {setQuantity} from '../drafts/draft.js';
import {keyOf} from '../drafts/fields.js';
import {moment, number} from '../money/display.js';
import {granted} from '../orders/stock.js';
import {claimsOn} from '../outbox/committed.js';
import {LOCALE, text} from '../strings.js';
import {useAnswer, useChanges, useStateOf} from './hooks.js';
import './stock.css';

/**
 * {claims, age, set, shortOf} for an open draft: `set(product, quantity, {key, beside})` changes a line; where it gets less, what
 * `shortOf(key)` shows beside the line (`beside`, where that is another one) says so until a quantity is set there again.
 */
export function useStock(books, draft, edit) {
  const {orders} = useStateOf(books.orders);
  const changes = useChanges(books.catalog);
  const settings = useAnswer(() => books.settings(), [changes]);
  const age = useStateOf(books.ages).confirmed.stock;
  const [told, setTold] = useState(new Map());
  const {amends, repairs, approves} = draft ?? {};
  const claims = useMemo(() => claimsOn(orders, {amends, repairs, approves}), [orders, amends, repairs, approves]);
  const tell = (key, short) => setTold((all) => new Map(all).set(key, short));
  const set = (product, asked, {key = product._id, beside = key} = {}) => {
    const {quantity, stock} = granted(draft, product, asked, {key, claims, settings});
    const all = () => edit((current, by) => setQuantity(current, product, asked, by, {key}));
    tell(beside, quantity === asked ? null : {asked, stock, all: claims.kind === 'either' && all});
    if (quantity !== (draft.lines.find((line) => keyOf(line) === key)?.quantity ?? '0')) edit((current, by) => setQuantity(current, product, quantity, by, {key}));
  };
  return {claims, age, set, shortOf: (key) => <Short told={told.get(key)} age={age} onClose={() => tell(key, null)} />};
}

function Short({told, age, onClose}) {
  if (!told) return null;
  const {asked, stock, all} = told;
  return (
    <p class="short" role="alert">
      {text.stock.short(inWords({...stock, asked}, age))}
      {all && <button type="button" onClick={() => { all(); onClose(); }}>{text.stock.forQuote(number(asked, LOCALE))}</button>}
    </p>
  );
}

/** What copyOf() brought about, where a rep has to know of it, and the way to the copy: {draft, left, short}. */
export function Copied({copied, age}) {
  if (!copied) return null;
  return (
    <div class="wrong" role="alert">
      {copied.left.length > 0 && <p>{text.customers.left(copied.left)}</p>}
      {copied.short.map(({stock, ...each}) => <p key={each.name}>{text.stock.shortOf(inWords({...stock, ...each}, age))}</p>)}
      <a class="back" href={`#/draft/${encodeURIComponent(copied.draft._id)}`}>{text.orders.toCopy}</a>
    </div>
  );
}

/** Numbers and the age of stock as the rep's locale writes them. */
export function inWords(told, age) {
  const numbers = ['asked', 'quantity', 'left', 'wanted', 'on_hand', 'taken', 'reserve', 'most'].filter((name) => told[name] !== undefined);
  return {...told, ...Object.fromEntries(numbers.map((name) => [name, number(told[name], LOCALE)])), when: age && moment(age, LOCALE)};
}
