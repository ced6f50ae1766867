// The rep's customers, searched as the rep types, and those that the rep has asked for.
import {requestsIn} from '../customers/requests.js';
import {money, moment} from '../money/display.js';
import {RequestChip} from '../parts/request_chip.jsx';
import {useAnswer, useChanges, useNewest, useRemembered, useStateOf} from '../parts/hooks.js';
import {fold} from '../replica/search_text.js';
import {LOCALE, text} from '../strings.js';
import './customers.css';

const SHOWN = 30; // and as many more at a time

export function Customers({books}) {
  const [typed, setTyped] = useRemembered('customers', '');
  const [shown, setShown] = useRemembered('customers shown', SHOWN);
  const changes = useChanges(books.customers);
  const found = useNewest(() => books.customers.search(typed, {limit: shown}), [typed, shown, changes]);
  const settings = useAnswer(() => books.settings(), [changes]);
  const {balances} = useStateOf(books.ages).confirmed;
  const {newCustomers} = useStateOf(books);
  const asked = useOpenRequests(books, changes).filter(({document}) => fold(document.name).includes(fold(typed).trim()));
  return (
    <main class="roomy">
      <h1 class="unseen">{text.tabs.customers}</h1>
      <input class="search" type="search" aria-label={text.customers.search} placeholder={text.customers.search} value={typed}
        enterkeyhint="search" onInput={(event) => {
          setTyped(event.target.value);
          setShown(SHOWN);
        }} />
      {found && <p class="count" role="status">
        {found.total ? text.customers.total(found.total) : text.customers.none}
        {found.total > 0 && balances && <small> {text.customers.balancesOf(moment(balances, LOCALE))}</small>}
      </p>}
      {!newCustomers && <p class="count">{text.newCustomer.byTheOffice}</p>}
      <ul class="list">
        {asked.map((request) => (
          <li key={request.document._id}>
            <a href={`#/customers/${encodeURIComponent(request.document._id)}`}>
              <strong>{request.document.name}</strong><RequestChip request={request} />
            </a>
          </li>
        ))}
        {found?.documents.map((customer) => (
          <li key={customer._id}>
            <a href={`#/customers/${encodeURIComponent(customer._id)}`}>
              <strong>{customer.name}</strong>
              <small>{[customer.address?.city, balanceText(customer, settings)].filter(Boolean).join(' · ')}</small>
              {!customer.active && <span class="chip attention">{text.customers.inactive}</span>}
            </a>
          </li>
        ))}
      </ul>
      {found?.total > shown && <button type="button" class="more" onClick={() => setShown(shown + SHOWN)}>{text.catalogue.showMore}</button>}
      {newCustomers && <a class="new-customer" href="#/customers/new">{text.newCustomer.title}</a>}
    </main>
  );
}

/** The requests whose customer is not on this device yet, be it in QuickBooks or not. */
function useOpenRequests(books, changes) {
  const requests = requestsIn(...about(useStateOf(books.orders)));
  const made = requests.map(({customer}) => customer?.id).filter(Boolean);
  const here = useAnswer(async () => new Set((await books.customers.documents(made)).map(({_id}) => _id)), [made.join(), changes]);
  return here ? requests.filter(({customer}) => !here.has(customer?.id)) : [];
}

/** What requests.js takes, of the orders' state. */
export function about({documents, unsent, refused}) {
  return [documents, {unsent, refused}];
}

/** What the customer owes, or null where nothing is known or owed. */
export function balanceText({balance, currency}, settings) {
  if (balance === undefined || !settings || /^-?0(\.0+)?$/.test(balance)) return null;
  const shown = money(balance.replace('-', ''), currency ?? settings.currency, LOCALE);
  return balance.startsWith('-') ? text.customers.credit(shown) : text.customers.balance(shown);
}
