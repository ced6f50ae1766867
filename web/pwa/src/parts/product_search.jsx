// Products as the rep types, by category or by barcode, each with what the screen puts beside it.
import {useMemo, useState} from 'preact/hooks';
import {writtenAs} from '../barcode/detecting.js';
import {text} from '../strings.js';
import {useAnswer, useChanges, useNewest, useSettled, useStateOf} from './hooks.js';
import {Thumbnail} from './picture.jsx';
import {priceText, stockText} from './product_facts.js';
import {ProductPage} from './product_page.jsx';
import {ScanButton} from './scan_button.jsx';
import './product_search.css';

const SHOWN = 30; // and as many more at a time
const PAUSE = 150; // milliseconds after an answer until the rows below the screen are drawn
const LOWEST = 90; // pixels of the screen's height for each row that is drawn at once: more rows than are in sight
const nothing = () => null; // one and the same, so that the list is not made anew at every letter

/**
 * With a `customer` (an id) its prices and the products that it may see. `beside(product)` is what stands at the right of a
 * product that is sold. Where one is `ordering`, what is not sold any more is not listed, and is named when it is searched for.
 */
export function ProductSearch({books, currency, customer = null, ordering = false, beside = nothing}) {
  const [typed, setTyped] = useState('');
  const [category, setCategory] = useState(null);
  const [shown, setShown] = useState(SHOWN);
  const [opened, setOpened] = useState(null);
  const changes = useChanges(books.catalog);
  const customers = useChanges(books.customers);
  const buyer = useAnswer(async () => customer && books.buyer(await books.customers.get(customer)), [customer, customers, changes]);
  const wanted = {...(buyer && {buyer}), ...(category && {category})};
  const listed = {...wanted, ...(ordering && !typed.trim() && {sold: true})};
  const asked = `${typed}\n${category}`;
  const found = useNewest(
    async () => (buyer === undefined ? null : {...await books.catalog.search(typed, {prefix: 'product:', limit: shown, wanted: listed}), asked}),
    [typed, shown, category, changes, buyer],
  );
  const settled = useSettled(found?.asked, PAUSE);
  const drawn = Math.min(found?.documents?.length ?? 0, settled ? shown : Math.ceil(innerHeight / LOWEST));
  const stockAge = useStateOf(books.ages).confirmed.stock;
  const search = (entered) => {
    setTyped(entered);
    setShown(SHOWN);
  };
  const scanned = async (code) => {
    for (const each of writtenAs(code)) {
      const {total} = await books.catalog.search(each, {prefix: 'product:', limit: 1, wanted});
      if (total) return search(each);
    }
    return search(code);
  };
  const page = opened && (found?.documents?.find(({_id}) => _id === opened._id) ?? opened);
  const rows = useMemo(() => found?.documents.slice(0, drawn).map((product) => (
    <li key={product._id} class="product">
      {product.picture && <Thumbnail books={books} product={product} />}
      <div class="about">
        <button type="button" class="name" onClick={() => setOpened(product)}>{product.name}</button>
        <small>{[product.sku, priceText(product, currency), stockText(product, stockAge)].filter(Boolean).join(' · ')}</small>
      </div>
      {product.active ? product.kind !== 'bundle' && beside(product) : <span class="chip attention">{text.catalogue.notSold}</span>}
    </li>
  )), [found, drawn, beside, currency, stockAge]);
  return (
    <>
      <div class="finding">
        <input class="search" type="search" aria-label={text.catalogue.search} placeholder={text.catalogue.search} value={typed}
          enterkeyhint="search" onInput={(event) => search(event.target.value)} />
        <ScanButton onCode={scanned} />
      </div>
      <Categories books={books} buyer={buyer} sold={ordering} changes={changes} chosen={category} onChoose={(path) => {
        setCategory(path);
        setShown(SHOWN);
      }} />
      {found && <p class="count" role="status">{found.total ? text.catalogue.total(found.total) : text.catalogue.none}</p>}
      <ul class="list">{rows}</ul>
      {found?.total > shown && <button type="button" class="more" onClick={() => setShown(shown + SHOWN)}>{text.catalogue.showMore}</button>}
      {page && <ProductPage books={books} product={page} currency={currency} onClose={() => setOpened(null)}>
        {page.active && page.kind !== 'bundle' && beside(page)}
      </ProductPage>}
    </>
  );
}

/** A picker of the browser's own, which a thumb reaches on a phone; nothing where products have no categories. */
function Categories({books, buyer, sold, changes, chosen, onChoose}) {
  const paths = useAnswer(
    () => (buyer === undefined ? null : books.catalog.paths('category', {prefix: 'product:', wanted: {...(buyer && {buyer}), sold}})), [buyer, sold, changes],
  );
  const options = useMemo(() => paths?.map(([path, count], index) => (
    <option key={path.join('\n')} value={String(index)}>{'\u2007\u2007'.repeat(path.length - 1)}{path.at(-1)} ({count})</option>
  )), [paths]);
  if (!paths?.length) return null;
  const at = chosen ? paths.findIndex(([path]) => path.join('\n') === chosen.join('\n')) : -1;
  return (
    <select class="categories" aria-label={text.catalogue.category} value={String(at)} onChange={(event) => onChoose(paths[Number(event.target.value)]?.[0] ?? null)}>
      <option value="-1">{text.catalogue.everything}</option>
      {options}
    </select>
  );
}
