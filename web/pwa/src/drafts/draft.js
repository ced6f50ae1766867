// Drafts: made, and changed one field at a time. Every change carries who made it, so that two devices' changes can be merged.
import {sum} from '../money/decimal.js';
import {markOf} from '../orders/signed.js';
import {ulid} from '../orders/ulid.js';
import {priceAt, repriced} from '../prices/breaks.js';
import {contentOf, fieldsOf, keyOf, lineOf} from './fields.js';

const KEPT_OF_AN_ORDER = ['discount', 'note'];
const KEPT_OF_A_REFUSED = [...KEPT_OF_AN_ORDER, 'po_number', 'deliver_on', 'ship_to', 'tax'];

/** A new draft for a customer ({id, name}); `by` is {rep, device, at}. */
export function newDraft(customer, currency, by) {
  return begun(`draft:${ulid(by.at.getTime())}`, customer, currency, by);
}

/**
 * The draft with these fields changed (by path, see fields.js; undefined removes). Each gets the stamp "<device> <n>" in
 * `edits`, and `seen` says up to which change of each device this draft knows.
 */
export function change(draft, changes, {device, at}) {
  const count = (draft.seen[device] ?? 0) + 1;
  const stamp = `${device} ${count}`;
  const fields = fieldsOf(draft);
  const edits = {...draft.edits};
  for (const [path, value] of Object.entries(changes)) {
    fields.set(path, value);
    edits[path] = stamp;
  }
  const {_id, _rev, type, schema, rep} = draft;
  return {
    _id, ...(_rev && {_rev}), type, schema, rep, device, changed_at: at.toISOString(),
    ...contentOf(fields), edits, seen: {...draft.seen, [device]: count},
  };
}

/** Today's price of one unit of a product: its `breaks` for this customer (prices/breaks.js) at a quantity, else its own. */
export function listPrice(product, quantity) {
  return product.breaks ? priceAt(product.breaks, quantity) : product.unit_price;
}

/**
 * The draft with `quantity` (a text) of a product ({_id, name, unit_price}); "0" takes the line off. With the product's `breaks`
 * for this customer the line has the price for the quantity, unless the rep set one by hand. `key` is the line's (fields.js),
 * where a product stands on several.
 */
export function setQuantity(draft, product, quantity, by, {key = product._id} = {}) {
  const path = `lines/${key}`;
  if (quantity === '0') return remove(draft, path, by);
  const line = draft.lines.find((each) => keyOf(each) === key);
  if (line) return change(draft, within(path, {quantity, ...(product.breaks && repriced(line, product.breaks, quantity))}), by);
  const listed = listPrice(product, quantity);
  return change(draft, within(path, {
    name: product.name, quantity, unit_price: listed, ...(listed !== undefined && {list_price: listed}),
    discount: '0', position: nextPosition(draft.lines),
  }), by);
}

/** The draft with another line of a product that it has already, for one unit: at another price or discount, mostly. */
export function addLine(draft, product, by) {
  return setQuantity(draft, product, '1', by, {key: nextKey(draft, product)});
}

/** The key of another line of a product that a draft has already. */
export function nextKey(draft, product) {
  const numbers = draft.lines.filter((line) => line.product === product._id).map(({line}) => line ?? 1);
  return `${product._id}#${1 + Math.max(1, ...numbers)}`;
}

/** The draft with a line at today's price of the catalogue or the customer's list. */
export function setListPrice(draft, key, price, by) {
  return change(draft, within(`lines/${key}`, {unit_price: price, list_price: price}), by);
}

/** The draft with a charge ({_id, name}) of an amount; null takes it off. */
export function setCharge(draft, product, amount, by, {key = product._id} = {}) {
  const path = `charges/${key}`;
  if (amount === null) return remove(draft, path, by);
  const position = draft.charges.find((charge) => keyOf(charge) === key)?.position ?? nextPosition(draft.charges);
  return change(draft, {[`${path}/name`]: product.name, [`${path}/amount`]: amount, [`${path}/position`]: position}, by);
}

/** The draft without a line or charge: "lines/product:11". */
export function remove(draft, line, by) {
  const paths = [...fieldsOf(draft).keys()].filter((path) => lineOf(path) === line);
  return change(draft, Object.fromEntries(paths.map((path) => [path, undefined])), by);
}

/**
 * A new draft with the lines of an earlier order at today's prices; what is not sold (to this customer) any more is left out and named.
 * `grant(draft, product, asked)` says how much a product gets (orders/stock.js); `short` are those with less: {name, asked, quantity, stock}.
 */
export function copyOf(order, products, by, grant = (_, __, quantity) => ({quantity})) {
  const left = [];
  const short = new Map();
  let draft = newDraft(order.customer, order.currency, by);
  for (const line of order.lines) {
    const product = products.get(line.product);
    if (!product?.active || product.hidden) {
      left.push(line.name);
      continue;
    }
    const had = short.get(line.product)?.asked ?? quantityOf(draft, line.product);
    const asked = sum(had, line.quantity);
    const {quantity, stock} = grant(draft, product, asked);
    if (quantity !== asked) short.set(line.product, {name: product.name, asked, quantity, stock});
    if (quantity !== '0') draft = setQuantity(draft, product, quantity, by);
  }
  return {draft, left, short: [...short.values()]};
}

/** A new draft that changes a submitted order: its lines and frozen prices as they stand. */
export function amendmentDraft(order, stands, by) {
  const changes = {amends: order._id, ...linesOf(stands), ...kept(stands, KEPT_OF_AN_ORDER)};
  return change(newDraft(order.customer, order.currency, by), changes, by);
}

/**
 * A draft with what a refused order or amendment says, to be put right and handed in again under the same id: the number
 * that the customer may have been told stays, and should the refused version ever arrive after all, it is still one
 * order. What the customer signed stands as long as nothing of it is changed. `order` is what an amendment changes.
 */
export function repairDraft(refused, by, order = refused) {
  const changes = {repairs: refused._id, ...linesOf(refused), ...kept(refused, KEPT_OF_A_REFUSED)};
  const {signature} = refused;
  const signed = (draft) => (signature ? change(draft, {signature: {...signature, of: markOf(draft)}}, by) : draft);
  if (refused.type === 'order') return signed(change(begun(refused._id.replace('order:', 'draft:'), order.customer, order.currency, by), changes, by));
  const approves = refused.kind === 'order' && {approves: true};
  return signed(change(newDraft(order.customer, order.currency, by), {...changes, amends: order._id, ...approves}, by));
}

function begun(id, customer, currency, by) {
  const empty = {_id: id, type: 'draft', schema: 1, rep: by.rep, edits: {}, seen: {}};
  return change(empty, {customer: {id: customer.id, name: customer.name}, currency}, by);
}

/** The changes that put lines and charges into a draft, each under a key of its own. */
function linesOf({lines, charges = []}) {
  const changes = {};
  for (const [list, entries] of [['lines', lines], ['charges', charges]]) {
    const times = new Map();
    for (const [position, {product, amount, ...rest}] of entries.entries()) {
      times.set(product, (times.get(product) ?? 0) + 1);
      const key = times.get(product) === 1 ? product : `${product}#${times.get(product)}`;
      const fields = {...rest, position, ...(list === 'charges' && {amount})};
      for (const [name, value] of Object.entries(fields)) changes[`${list}/${key}/${name}`] = value;
    }
  }
  return changes;
}

function within(path, fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${path}/${name}`, value]));
}

function kept(from, names) {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}

function quantityOf(draft, product) {
  return draft.lines.find((line) => line.product === product)?.quantity ?? '0';
}

function nextPosition(entries) {
  return 1 + Math.max(-1, ...entries.map(({position}) => position));
}
