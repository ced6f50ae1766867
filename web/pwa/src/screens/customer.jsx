// One customer: what is known, a new order, the orders so far. Also one that is asked for, and the form that asks.
import {useState} from 'preact/hooks';
import {idsOf, requestsIn} from '../customers/requests.js';
import {copyOf, newDraft} from '../drafts/draft.js';
import {moment} from '../money/display.js';
import {author} from '../orders/order.js';
import {lastStanding} from '../orders/standing.js';
import {granting} from '../orders/stock.js';
import {claimsOn} from '../outbox/committed.js';
import {Failure} from '../parts/failure.jsx';
import {go, useAnswer, useAttempt, useChanges, useStateOf} from '../parts/hooks.js';
import {Copied} from '../parts/stock.jsx';
import {LOCALE, text} from '../strings.js';
import {History} from './customer_history.jsx';
import {CustomerRequest} from './customer_request.jsx';
import {about, balanceText} from './customers.jsx';
import {NewCustomer} from './new_customer.jsx';

const OUR_MARK = /^Roadbook request [0-9A-Z]{26}$/; // the connector's, on a customer that was asked for

export function Customer({books, id}) {
  const {newCustomers} = useStateOf(books);
  if (id === 'new' && !newCustomers) return <main><p>{text.newCustomer.byTheOffice}</p><a href="#/customers">{text.tabs.customers}</a></main>;
  if (id === 'new') return <NewCustomer books={books} />;
  if (id.startsWith('custreq:')) return <CustomerRequest key={id} books={books} id={id} />;
  return <Known key={id} books={books} id={id} />;
}

function Known({books, id}) {
  const state = useStateOf(books.orders);
  const changes = useChanges(books.customers);
  const customer = useAnswer(() => books.customers.get(id), [id, changes]);
  const settings = useAnswer(() => books.settings(), []);
  const list = useAnswer(() => customer?.price_list && books.catalog.get(`price:${customer.price_list}`), [customer?.price_list]);
  const {confirmed} = useStateOf(books.ages);
  const [copied, setCopied] = useState(null);
  const [attempt, failed] = useAttempt();
  if (customer === null) return <main><p>{text.customers.gone}</p><a href="#/customers">{text.tabs.customers}</a></main>;
  if (!customer || !settings) return <main aria-busy="true" />;
  const ids = idsOf(id, requestsIn(...about(state)));
  const own = state.orders.filter(({document}) => ids.has(document.customer.id));
  const last = lastStanding(own);
  const begin = () => attempt(async () => {
    const draft = newDraft({id, name: customer.name}, customer.currency ?? (await books.settings()).currency, author(books.identity));
    await books.local.put(draft);
    go('draft', draft._id);
  });
  const copy = () => attempt(async () => {
    const {document, stands: {lines}} = last;
    const products = await books.products(lines.map(({product}) => product), id);
    const grant = granting(claimsOn(state.orders), await books.settings());
    const made = copyOf({...document, lines, customer: {id, name: customer.name}}, products, author(books.identity), grant);
    await books.local.put(made.draft);
    if (made.left.length || made.short.length) setCopied(made);
    else go('draft', made.draft._id);
  });
  const balance = balanceText(customer, settings);
  const {address = {}} = customer;
  return (
    <main>
      <a class="back" href="#/customers">‹ {text.tabs.customers}</a>
      <h1>{customer.name}</h1>
      <p>{[customer.contact, address.street, address.city].filter(Boolean).join(' · ')}</p>
      <p>{[customer.phone, customer.mobile].filter(Boolean).map((number) => <a key={number} class="back" href={`tel:${number.replace(/[^+0-9]/g, '')}`}>{number}</a>)}</p>
      {balance && <p>{balance} <small>{confirmed.balances ? text.product.asOf(moment(confirmed.balances, LOCALE)) : text.product.ageUnknown}</small></p>}
      {list && <p>{text.customers.priceList(list.name)}</p>}
      {customer.notes && !OUR_MARK.test(customer.notes) && <p class="note">{customer.notes}</p>}
      {!customer.active && <p class="wrong">{text.warnings.customer_inactive({name: customer.name})}</p>}
      <div class="actions">
        <button type="button" class="primary" onClick={begin}>{text.customers.newOrder}</button>
        {last && <button type="button" onClick={copy}>{text.customers.copy}</button>}
        <button type="button" onClick={() => go('catalogue', id)}>{text.customers.itsCatalogue}</button>
      </div>
      <Failure error={failed} />
      <Copied copied={copied} age={confirmed.stock} />
      <History books={books} ids={ids} />
    </main>
  );
}
