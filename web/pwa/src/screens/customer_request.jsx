// A new customer that the rep has asked for: where the request is, and what can be done at once.
import {useState} from 'preact/hooks';
import {requestsIn} from '../customers/requests.js';
import {newDraft} from '../drafts/draft.js';
import {moment} from '../money/display.js';
import {author} from '../orders/order.js';
import {Failure} from '../parts/failure.jsx';
import {go, useAnswer, useAttempt, useChanges, useStateOf} from '../parts/hooks.js';
import {LOCALE, text} from '../strings.js';
import {about} from './customers.jsx';
import {History} from './customer_history.jsx';
import {NewCustomer} from './new_customer.jsx';

export function CustomerRequest({books, id}) {
  const settings = useAnswer(() => books.settings(), []);
  const changes = useChanges(books.customers);
  const state = useStateOf(books.orders);
  const [repairing, setRepairing] = useState(false);
  const request = requestsIn(...about(state)).find(({document}) => document._id === id);
  const [attempt, failed] = useAttempt();
  const made = request?.customer?.id;
  const here = useAnswer(() => made && books.customers.get(made), [made, changes]);
  if (!request) return <main><p>{text.newCustomer.gone}</p><a href="#/customers">{text.tabs.customers}</a></main>;
  const {document, place, reason, customer} = request;
  if (repairing) return <NewCustomer books={books} repairs={document} onDone={() => setRepairing(false)} />;
  const mayRepair = place === 'attention' && id in state.refused && reason.who === 'rep';
  const {address = {}} = document;
  const begin = () => attempt(async () => {
    const draft = newDraft({id, name: document.name}, (await books.settings()).currency, author(books.identity));
    await books.local.put(draft);
    go('draft', draft._id);
  });
  return (
    <main>
      <a class="back" href="#/customers">‹ {text.tabs.customers}</a>
      <h1>{document.name}</h1>
      <p>{text.newCustomer.askedAt(moment(document.captured_at, LOCALE))}</p>
      <section class={`where ${place}`} role="status" aria-label={text.newCustomer.where}>
        <span class={`chip ${place}`}>{text.newCustomer.places[place]}</span>
        {reason && <p><strong>{reason.text}</strong> {text.orders.who[reason.who]}</p>}
        {customer && (here
          ? <p><a href={`#/customers/${encodeURIComponent(customer.id)}`}>{text.newCustomer.became(customer.name ?? document.name)}</a></p>
          : <p>{text.newCustomer.comes(customer.name ?? document.name)}</p>)}
      </section>
      {mayRepair && <div class="actions"><button type="button" class="primary" onClick={() => setRepairing(true)}>{text.orders.repair}</button></div>}
      <p>{[document.contact, document.phone, document.email].filter(Boolean).join(' · ')}</p>
      <p>{[address.street, address.postal_code, address.city, address.region, address.country].filter(Boolean).join(', ')}</p>
      {document.note && <p class="note">{document.note}</p>}
      {!here && <div class="actions"><button type="button" class="primary" disabled={!settings} onClick={begin}>{text.customers.newOrder}</button></div>}
      <Failure error={failed} />
      <History books={books} ids={new Set([id])} />
    </main>
  );
}
