// The catalogue to look at, without an order.
import {useAnswer} from '../parts/hooks.js';
import {ProductSearch} from '../parts/product_search.jsx';
import {text} from '../strings.js';

export function Catalogue({books}) {
  const settings = useAnswer(() => books.settings(), []);
  return <main><h1 class="unseen">{text.tabs.catalogue}</h1>{settings && <ProductSearch books={books} currency={settings.currency} />}</main>;
}
