// How much of a product an order may take: the stock as of the last sync, less what is to stay there and what the rep's other open orders
// take. Pure. Only this app keeps to it: stock is as old as the last sync, so the server takes every order that was promised.
import {setQuantity} from '../drafts/draft.js';
import {keyOf} from '../drafts/fields.js';
import {compare, cut, less, sum} from '../money/decimal.js';

const NO_CLAIMS = {kind: 'either', committed: new Map(), promised: new Map(), invoiced: false};

/**
 * {left, most, on_hand, taken, reserve} of a product, as texts: what is left, what an order may take of it (never less than it has been
 * promised before), and why: the stock, what other open orders take and what is to stay (where it is anything). null where nothing
 * counts: the stock of it is not counted, or a quote is changed, which takes nothing. `claims` is claimsOn() of outbox/committed.js,
 * `settings` settings:app.
 */
export function stockOf(product, claims = NO_CLAIMS, {stock_reserve: reserve = '0'} = {}) {
  if (product?.on_hand === undefined || claims.kind === 'quote') return null;
  const taken = claims.committed.get(product._id) ?? '0';
  const promised = claims.promised.get(product._id) ?? '0';
  const left = less(product.on_hand, sum(reserve, taken));
  const most = claims.invoiced ? sum(left, promised) : larger(left, promised); // an invoice has lowered the stock already
  return {left, most, on_hand: product.on_hand, ...(taken !== '0' && {taken}), ...(reserve !== '0' && {reserve})};
}

/** Whether the company has quantities brought down to what is left, instead of being told. */
export function trims(settings) {
  return settings?.out_of_stock === 'trim';
}

/**
 * {quantity, stock}: what a line of a draft gets of the quantity that is asked for it, and stockOf() with what is left for this line,
 * null where that does not count. Where the company trims, the quantity is no more than is left beside the product's other lines, in
 * no smaller parts than were asked for. Whoever asks for less than the line has gets it: the rest is preflight's.
 */
export function granted(draft, product, asked, {key = product._id, claims, settings}) {
  const stock = trims(settings) ? stockOf(product, claims, settings) : null;
  if (!stock) return {quantity: asked, stock: null};
  const lines = draft.lines.filter((line) => line.product === product._id);
  const others = totalOf(lines.filter((line) => keyOf(line) !== key));
  const now = lines.find((line) => keyOf(line) === key)?.quantity ?? '0';
  const most = larger(cut(less(stock.most, others), asked), now);
  return {quantity: compare(asked, most) <= 0 ? asked : most, stock: {...stock, left: less(stock.left, others)}};
}

/** As copyOf() asks it: what each product gets in a new draft. */
export function granting(claims, settings) {
  return (draft, product, asked) => granted(draft, product, asked, {claims, settings});
}

/** The draft with no more than `most` of a product on all its lines together; the last ones give way, and go where nothing stays. */
export function broughtDown(draft, product, most, by) {
  const lines = draft.lines.filter((line) => line.product === product._id);
  let excess = less(totalOf(lines), most);
  let changed = draft;
  for (const line of lines.reverse()) {
    if (excess === '0') break;
    const quantity = cut(less(line.quantity, excess), line.quantity);
    excess = less(excess, less(line.quantity, quantity));
    changed = setQuantity(changed, product, quantity, by, {key: keyOf(line)});
  }
  return changed;
}

function totalOf(lines) {
  return lines.reduce((quantity, line) => sum(quantity, line.quantity), '0');
}

function larger(left, right) {
  return compare(left, right) < 0 ? right : left;
}
