// The catalogue to look at, without an order: as it is, or as one customer has it.
import {useAnswer, useChanges} from '../parts/hooks.js';
import {ProductSearch} from '../parts/product_search.jsx';
import {text} from '../strings.js';

/** `id` is the customer whose prices and products are shown; without one everything at the products' own prices. */
export function Catalogue({books, id = null}) {
  const changes = useChanges(books.customers);
  const settings = useAnswer(() => books.settings(), []);
  const customer = useAnswer(() => id && books.customers.get(id), [id, changes]);
  if (!settings || (id && customer === undefined)) return <main aria-busy="true" />;
  return (
    <main>
      <h1 class="unseen">{text.tabs.catalogue}</h1>
      {customer && (
        <p class="chosen">
          <a class="back" href={`#/customers/${encodeURIComponent(id)}`}>‹ {text.catalogue.pricesFor(customer.name)}</a>
          <a href="#/catalogue">{text.catalogue.forEveryone}</a>
        </p>
      )}
      <ProductSearch key={id} books={books} currency={customer?.currency ?? settings.currency} customer={customer ? id : null} />
    </main>
  );
}
