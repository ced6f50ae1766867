// Drafts: made, and changed one field at a time. Every change carries who made it, so that two devices' changes can be merged.
import {sum} from '../money/decimal.js';
import {ulid} from '../orders/ulid.js';
import {priceAt, repriced} from '../prices/breaks.js';
import {contentOf, fieldsOf, lineOf} from './fields.js';

/** A new draft for a customer ({id, name}); `by` is {rep, device, at}. */
export function newDraft(customer, currency, by) {
  const empty = {_id: `draft:${ulid(by.at.getTime())}`, type: 'draft', schema: 1, rep: by.rep, edits: {}, seen: {}};
  return change(empty, {customer: {id: customer.id, name: customer.name}, currency}, by);
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

/**
 * The draft with `quantity` (a text) of a product ({_id, name, unit_price}); "0" takes the line off. With the product's `breaks`
 * for this customer (prices/breaks.js) the line has the price for the quantity, unless the rep set one by hand.
 */
export function setQuantity(draft, product, quantity, by) {
  const path = `lines/${product._id}`;
  if (quantity === '0') return remove(draft, path, by);
  const line = draft.lines.find((each) => each.product === product._id);
  if (line) return change(draft, within(path, {quantity, ...(product.breaks && repriced(line, product.breaks, quantity))}), by);
  const listed = product.breaks && priceAt(product.breaks, quantity);
  return change(draft, within(path, {
    name: product.name, quantity, unit_price: product.breaks ? listed : product.unit_price, ...(listed && {list_price: listed}),
    discount: '0', position: nextPosition(draft.lines),
  }), by);
}

/** The draft with a charge ({_id, name}) of an amount; null takes it off. */
export function setCharge(draft, product, amount, by) {
  const path = `charges/${product._id}`;
  if (amount === null) return remove(draft, path, by);
  const position = draft.charges.find((charge) => charge.product === product._id)?.position ?? nextPosition(draft.charges);
  return change(draft, {[`${path}/name`]: product.name, [`${path}/amount`]: amount, [`${path}/position`]: position}, by);
}

/** The draft without a line or charge: "lines/product:11". */
export function remove(draft, line, by) {
  const paths = [...fieldsOf(draft).keys()].filter((path) => lineOf(path) === line);
  return change(draft, Object.fromEntries(paths.map((path) => [path, undefined])), by);
}

/** A new draft with the lines of an earlier order at today's prices; what is not sold (to this customer) any more is left out and named. */
export function copyOf(order, products, by) {
  const left = [];
  let draft = newDraft(order.customer, order.currency, by);
  for (const line of order.lines) {
    const product = products.get(line.product);
    if (!product?.active || product.hidden) left.push(line.name);
    else draft = setQuantity(draft, product, sum(quantityOf(draft, line.product), line.quantity), by);
  }
  return {draft, left};
}

/** Whether a draft can hold what an order says: a draft has one line for a product, an order may name it twice. */
export function isAmendable({lines, charges}) {
  return [lines, charges].every((entries) => new Set(entries.map(({product}) => product)).size === entries.length);
}

/** A new draft that changes a submitted order (one that is amendable): its lines and frozen prices as they stand. */
export function amendmentDraft(order, stands, by) {
  const changes = {amends: order._id};
  for (const [position, {product, amount: _, ...line}] of stands.lines.entries()) {
    for (const [name, value] of Object.entries({...line, position})) changes[`lines/${product}/${name}`] = value;
  }
  for (const [position, {product, ...charge}] of stands.charges.entries()) {
    for (const [name, value] of Object.entries({...charge, position})) changes[`charges/${product}/${name}`] = value;
  }
  for (const name of ['discount', 'note']) if (stands[name] !== undefined) changes[name] = stands[name];
  return change(newDraft(order.customer, order.currency, by), changes, by);
}

function within(path, fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${path}/${name}`, value]));
}

function quantityOf(draft, product) {
  return draft.lines.find((line) => line.product === product)?.quantity ?? '0';
}

function nextPosition(entries) {
  return 1 + Math.max(-1, ...entries.map(({position}) => position));
}
