// What the office would send back, said while the rep is still at the customer's. Pure: documents in, warnings out.
import {compare} from '../money/decimal.js';

const SAME_ORDER_WITHIN = 10 * 60 * 1000; // milliseconds
const ADD_PLACES = 5;

/**
 * Warnings about a draft, each {code, line, name, ...}; `stops` marks those that QuickBooks or a check is certain to refuse.
 * `customer` is the device's copy (undefined if it has none), `products` a Map by id, `recent` the rep's order documents.
 */
export function preflight(draft, {customer, products, recent = [], now}) {
  return [
    ...aboutCustomer(draft, customer),
    ...draft.lines.flatMap((line, index) => aboutProduct(line, index, products.get(line.product))),
    ...beyondStock(draft.lines, products),
    ...sameMinutesAgo(draft, recent, now),
  ];
}

function aboutCustomer(draft, customer) {
  const name = draft.customer.name;
  if (draft.customer.id.startsWith('custreq:')) return [{code: 'customer_asked_for', name, stops: false}];
  if (!customer) return [{code: 'customer_unknown', name, stops: true}];
  return customer.active ? [] : [{code: 'customer_inactive', name, stops: true}];
}

function aboutProduct(line, index, product) {
  const about = {line: index, name: line.name, stops: true};
  if (!product) return [{code: 'product_unknown', ...about}];
  if (!product.active) return [{code: 'product_inactive', ...about}];
  if (product.kind === 'bundle') return [{code: 'product_is_a_bundle', ...about}];
  return product.tax_code === null ? [{code: 'product_without_tax_code', ...about}] : [];
}

function beyondStock(lines, products) {
  const wanted = new Map();
  for (const {product, quantity} of lines) wanted.set(product, (wanted.get(product) ?? 0n) + scaled(quantity));
  return [...wanted].flatMap(([id, units]) => {
    const product = products.get(id);
    if (product?.on_hand === undefined || compare(text(units), product.on_hand) <= 0) return [];
    return [{code: 'beyond_stock', name: product.name, on_hand: product.on_hand, wanted: text(units), stops: false}];
  });
}

function sameMinutesAgo(draft, recent, now) {
  const twin = recent.find((order) =>
    order.customer.id === draft.customer.id &&
    now - Date.parse(order.captured_at) < SAME_ORDER_WITHIN &&
    contents(order.lines) === contents(draft.lines));
  return twin ? [{code: 'same_order_minutes_ago', name: twin.customer.name, order: twin._id, stops: false}] : [];
}

function contents(lines) {
  return lines.map(({product, quantity}) => `${product} ${text(scaled(quantity))}`).sort().join('\n');
}

function scaled(quantity) {
  const [whole, fraction = ''] = quantity.split('.');
  return BigInt(whole + fraction.padEnd(ADD_PLACES, '0'));
}

function text(units) {
  const digits = String(units).padStart(ADD_PLACES + 1, '0');
  return `${digits.slice(0, -ADD_PLACES)}.${digits.slice(-ADD_PLACES)}`.replace(/\.?0+$/, '');
}
