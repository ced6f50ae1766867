// One customer: what is known, a new order, the orders so far.
import {useState} from 'preact/hooks';
import {copyOf, newDraft} from '../drafts/draft.js';
import {moment} from '../money/display.js';
import {author} from '../orders/order.js';
import {go, useAnswer, useChanges, useStateOf} from '../parts/hooks.js';
import {LOCALE, text} from '../strings.js';
import {balanceText} from './customers.jsx';
import {DraftRow, OrderRow} from './orders.jsx';

export function Customer({books, id}) {
  const {orders, drafts} = useStateOf(books.orders);
  const changes = useChanges(books.customers);
  const customer = useAnswer(() => books.customers.get(id), [id, changes]);
  const settings = useAnswer(() => books.settings(), []);
  const {confirmed} = useStateOf(books.ages);
  const [left, setLeft] = useState([]);
  if (!customer || !settings) return <main aria-busy="true" />;
  const own = orders.filter(({document}) => document.customer.id === id);
  const begin = async () => {
    const draft = newDraft({id, name: customer.name}, customer.currency ?? settings.currency, author(books.identity));
    await books.local.put(draft);
    go('draft', draft._id);
  };
  const copy = async () => {
    const [{document}] = own;
    const copied = copyOf(document, await books.products(document.lines.map(({product}) => product)), author(books.identity));
    await books.local.put(copied.draft);
    setLeft(copied.left);
    if (!copied.left.length) go('draft', copied.draft._id);
  };
  const balance = balanceText(customer, settings);
  return (
    <main>
      <a class="back" href="#/customers">‹ {text.tabs.customers}</a>
      <h1>{customer.name}</h1>
      <p>{[customer.address?.street, customer.address?.city, customer.phone].filter(Boolean).join(' · ')}</p>
      {balance && <p>{balance}{confirmed.balances && <small> ({moment(confirmed.balances, LOCALE)})</small>}</p>}
      {!customer.active && <p class="wrong">{text.warnings.customer_inactive({name: customer.name})}</p>}
      <div class="actions">
        <button type="button" class="primary" onClick={begin}>{text.customers.newOrder}</button>
        {own.length > 0 && <button type="button" onClick={copy}>{text.customers.copy}</button>}
      </div>
      {left.length > 0 && <p class="wrong" role="alert">{text.customers.left(left)}</p>}
      <h2>{text.customers.history}</h2>
      <ul class="list">
        {drafts.filter((draft) => draft.customer.id === id).map((draft) => <DraftRow key={draft._id} draft={draft} />)}
        {own.map((each) => <OrderRow key={each.document._id} {...each} />)}
      </ul>
      {!own.length && <p class="count">{text.customers.noHistory}</p>}
    </main>
  );
}
