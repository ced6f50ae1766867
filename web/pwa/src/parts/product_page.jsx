// Everything about one product, over what is on the screen.
import {useEffect, useRef} from 'preact/hooks';
import {moment, number, unitPrice} from '../money/display.js';
import {priceAt} from '../prices/breaks.js';
import {LOCALE, text} from '../strings.js';
import {useAnswer, useStateOf} from './hooks.js';
import {Picture} from './picture.jsx';
import {laterBreaks, priceText} from './product_facts.js';
import './product_page.css';

/** `product` carries a customer's `breaks` where its prices are meant; `children` is what can be done with it. */
export function ProductPage({books, product, currency, onClose, children}) {
  const dialog = useRef(null);
  const {stock: age} = useStateOf(books.ages).confirmed;
  const parts = useAnswer(() => books.products((product.components ?? []).map(({product: id}) => id)), [product._id]);
  useEffect(() => dialog.current.showModal(), []);
  const shown = (price) => unitPrice(price, currency, LOCALE);
  return (
    <dialog ref={dialog} class="product-page" aria-labelledby="product-name" onClose={onClose}>
      <h1 id="product-name">{product.name}</h1>
      {!product.active && <p class="wrong">{text.catalogue.notSold}</p>}
      {product.picture && <Picture books={books} product={product} />}
      <dl class="facts">
        {product.sku && <><dt>{text.product.sku}</dt><dd>{product.sku}</dd></>}
        {product.x_barcode && <><dt>{text.product.barcode}</dt><dd>{product.x_barcode}</dd></>}
        {product.category && <><dt>{text.product.category}</dt><dd>{product.category.join(' › ')}</dd></>}
        <dt>{text.product.price}</dt><dd>{priceText({...product, breaks: product.breaks?.filter(({from}) => Number(from) <= 1)}, currency)}</dd>
        {laterBreaks(product).map(({from, price}) => <><dt>{text.product.from(number(from, LOCALE))}</dt><dd>{shown(price)}</dd></>)}
        {listPriceTold(product) && <><dt>{text.product.listPrice}</dt><dd>{shown(product.unit_price)}</dd></>}
        {product.on_hand !== undefined && <><dt>{text.product.stock}</dt><dd>{number(product.on_hand, LOCALE)}{' '}
          <small>{age ? text.product.asOf(moment(age, LOCALE)) : text.product.ageUnknown}</small></dd></>}
      </dl>
      {product.components && <ul>{product.components.map(({product: id, quantity}) => (
        <li key={id}>{number(quantity, LOCALE)} × {parts?.get(id)?.name ?? '…'}</li>
      ))}</ul>}
      {product.description && <p class="note">{product.description}</p>}
      <div class="actions">
        {children}
        <button type="button" class="primary" onClick={() => dialog.current.close()}>{text.product.close}</button>
      </div>
    </dialog>
  );
}

function listPriceTold({breaks, unit_price: own}) {
  return breaks && own !== undefined && Number(priceAt(breaks, '1')) !== Number(own);
}
