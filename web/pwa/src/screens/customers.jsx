// The rep's customers, searched as the rep types.
import {useState} from 'preact/hooks';
import {money} from '../money/display.js';
import {useAnswer, useChanges} from '../parts/hooks.js';
import {LOCALE, text} from '../strings.js';

const SHOWN = 50;

export function Customers({books}) {
  const [typed, setTyped] = useState('');
  const changes = useChanges(books.customers);
  const found = useAnswer(() => books.customers.search(typed, {limit: SHOWN}), [typed, changes]);
  const settings = useAnswer(() => books.settings(), [changes]);
  return (
    <main>
      <h1 class="unseen">{text.tabs.customers}</h1>
      <input class="search" type="search" aria-label={text.customers.search} placeholder={text.customers.search} value={typed}
        onInput={(event) => setTyped(event.target.value)} />
      {found && <p class="count" role="status">{found.total ? text.customers.total(found.total) : text.customers.none}</p>}
      <ul class="list">
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
    </main>
  );
}

/** What the customer owes, or null where nothing is known or owed. */
export function balanceText({balance, currency}, settings) {
  if (balance === undefined || !settings || /^-?0(\.0+)?$/.test(balance)) return null;
  const shown = money(balance.replace('-', ''), currency ?? settings.currency, LOCALE);
  return balance.startsWith('-') ? text.customers.credit(shown) : text.customers.balance(shown);
}
