// What the office would send back, said while the rep is still at the customer's. Pure: documents in, warnings out.
import {listPrice} from '../drafts/draft.js';
import {keyOf} from '../drafts/fields.js';
import {compare, decimal} from '../money/decimal.js';
import {orderIdOf} from './order.js';
import {isOutdated} from './signed.js';
import {stockOf, trims} from './stock.js';

const SAME_ORDER_WITHIN = 10 * 60 * 1000; // milliseconds
const ADD_PLACES = 5;
const PRICE_PLACES = 5; // of a unit price in QuickBooks
const MOST_LINES = 500; // as the guard allows
const MOST_CHARGES = 20;

/**
 * Warnings about a draft, each {code, weight, name, ...}. Weights: `stops` (only the rep can put it right, so it is not handed
 * in), `asks` (it would be parked until the office has repaired it, or it is likely a slip: the rep decides), `tells`.
 * `customer` is the device's copy (undefined if it has none), `products` a Map by id, as they are for this customer, `claims` what
 * other open orders take of them (claimsOn() of outbox/committed.js), `recent` the rep's order documents, `settings` settings:app.
 */
export function preflight(draft, {customer, products, claims, recent = [], settings = {}, now}) {
  const warnings = [
    ...aboutCustomer(draft, customer, settings),
    ...discountsTurnedOff(draft, settings),
    ...[...draft.lines, ...draft.charges].flatMap((line) => aboutProduct(line, products.get(line.product))),
    ...repeated(draft.lines),
    ...beyondStock(draft.lines, products, claims, settings),
    ...pricesChanged(draft.lines, products),
    ...sameMinutesAgo(draft, recent, now),
    ...tooMany(draft),
    ...(isOutdated(draft) ? [{code: 'signature_outdated', weight: 'stops', name: draft.customer.name}] : []),
  ];
  const seen = new Set(); // a product on two lines is told once
  return warnings.filter(({code, key, name}) => !seen.has(`${code} ${key ?? name}`) && seen.add(`${code} ${key ?? name}`));
}

function aboutCustomer(draft, customer, {currency: home}) {
  const name = draft.customer.name;
  const billed = customer?.currency ?? home ?? draft.currency;
  const abroad = billed === draft.currency ? [] : [{code: 'other_currency', weight: 'asks', name, currency: draft.currency, billed}];
  if (draft.customer.id.startsWith('custreq:')) return [{code: 'customer_asked_for', weight: 'tells', name}, ...abroad];
  if (!customer) return [{code: 'customer_unknown', weight: 'asks', name}];
  if (!customer.active) return [{code: 'customer_inactive', weight: 'asks', name}];
  return abroad;
}

function discountsTurnedOff({lines, discount, customer}, {discounts, sales_tax: tax}) { // what is carried by a unit price needs no discount
  if (discounts !== false || tax === 'included' || (!discount && lines.every(isCarried))) return [];
  return [{code: 'discounts_off', weight: 'asks', name: customer.name}];
}

function isCarried({unit_price: price = '0', discount}) {
  const [full, off] = [decimal(price), decimal(discount)];
  const one = 10n ** BigInt(off.scale);
  return off.units === 0n || (full.units * (one - off.units)) % 10n ** BigInt(Math.max(0, full.scale + off.scale - PRICE_PLACES)) === 0n;
}

function aboutProduct(line, product) {
  const about = {product: line.product, name: line.name};
  if (!product) return [{code: 'product_unknown', weight: 'asks', ...about}];
  if (!product.active) return [{code: 'product_inactive', weight: 'asks', ...about}];
  if (product.kind === 'bundle') return [{code: 'product_is_a_bundle', weight: 'stops', ...about}];
  if (product.hidden) return [{code: 'product_not_for_customer', weight: 'tells', ...about}];
  return product.tax_code === null ? [{code: 'product_without_tax_code', weight: 'asks', ...about}] : [];
}

function repeated(lines) { // the connector parks it as a likely slip
  const seen = new Set();
  return lines.flatMap((line) => {
    const alike = [line.product, text(scaled(line.quantity)), text(scaled(line.unit_price ?? '0')), text(scaled(line.discount))].join(' ');
    if (seen.has(alike)) return [{code: 'repeated_line', weight: 'asks', product: line.product, name: line.name}];
    seen.add(alike);
    return [];
  });
}

/** Where the company trims it stops an order until it is brought down to `most`; `only` says that a quote may go all the same. */
function beyondStock(lines, products, claims, settings) {
  const wanted = new Map();
  for (const {product, quantity} of lines) wanted.set(product, (wanted.get(product) ?? 0n) + scaled(quantity));
  return [...wanted].flatMap(([id, units]) => {
    const product = products.get(id);
    const stock = stockOf(product, claims, settings);
    if (!stock || compare(text(units), stock.most) <= 0) return [];
    return [{
      code: 'beyond_stock', weight: trims(settings) ? 'stops' : 'tells', product: id, name: product.name, wanted: text(units), ...stock,
      ...(claims?.kind !== 'order' && {only: 'order'}),
    }];
  });
}

/** Prices that are others today than when the line was begun; frozen ones of a submitted order are nobody's concern here. */
function pricesChanged(lines, products) {
  return lines.flatMap((line) => {
    const product = products.get(line.product);
    const today = product?.active ? listPrice(product, line.quantity) : undefined;
    if (line.list_price === undefined || today === undefined || compare(line.list_price, today) === 0) return [];
    const own = compare(line.unit_price, line.list_price) !== 0; // the rep has set another one: it stays
    return [{code: own ? 'list_price_changed' : 'price_changed', weight: 'tells', key: keyOf(line), name: line.name, was: line.list_price, is: today}];
  });
}

function sameMinutesAgo(draft, recent, now) {
  const own = orderIdOf(draft); // of a draft that outlived its order in a crash: handing it in again makes no second one
  const twin = recent.find((order) =>
    order._id !== own &&
    order.customer.id === draft.customer.id &&
    now - Date.parse(order.captured_at) < SAME_ORDER_WITHIN &&
    contents(order.lines) === contents(draft.lines));
  return twin ? [{code: 'same_order_minutes_ago', weight: 'asks', name: twin.customer.name, order: twin._id}] : [];
}

function tooMany({lines, charges}) {
  return [
    ...(lines.length > MOST_LINES ? [{code: 'too_many_lines', weight: 'stops', name: String(MOST_LINES)}] : []),
    ...(charges.length > MOST_CHARGES ? [{code: 'too_many_charges', weight: 'stops', name: String(MOST_CHARGES)}] : []),
  ];
}

function contents(lines) {
  const wanted = new Map();
  for (const {product, quantity} of lines) wanted.set(product, (wanted.get(product) ?? 0n) + scaled(quantity));
  return [...wanted].map(([product, units]) => `${product} ${text(units)}`).sort().join('\n');
}

function scaled(quantity) {
  const [whole, fraction = ''] = quantity.split('.');
  return BigInt(whole + fraction.padEnd(ADD_PLACES, '0'));
}

function text(units) {
  const digits = String(units).padStart(ADD_PLACES + 1, '0');
  return `${digits.slice(0, -ADD_PLACES)}.${digits.slice(-ADD_PLACES)}`.replace(/\.?0+$/, '');
}
