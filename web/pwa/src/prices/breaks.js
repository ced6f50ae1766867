// What a product costs a customer at every quantity, worked out once: [{from, price}], the lowest quantity first. Pure.
import {compare, decimalOf, textOf} from './decimals.js';
import {entries, priceFor, stepsOf} from './rules.js';

const NOTHING = {units: 0n, places: 0};

/**
 * The quantities (texts) from which a product has another price on a list (rules.js; null: none), each with the price of one
 * unit. Empty where it has no price, and the first `from` is not 0 where it has one only from there on.
 */
export function breaksOf(product, list) {
  const steps = [...entries(product, list)].flatMap(([, entry]) => stepsOf(entry).map(([from]) => from));
  const breaks = [];
  for (const from of distinct([NOTHING, ...steps])) {
    const price = priceOf(product, list, textOf(from));
    if (price !== null && price !== breaks.at(-1)?.price) breaks.push({from: textOf(from), price});
  }
  return breaks;
}

/** The price of one unit at a quantity; undefined where there is none. */
export function priceAt(breaks, quantity) {
  const wanted = decimalOf(quantity) ?? NOTHING;
  return breaks.findLast(({from}) => compare(decimalOf(from), wanted) <= 0)?.price;
}

/**
 * The price fields of a draft's line with another quantity, those that change: {unit_price, list_price}. What the rep has set by
 * hand stays. `list_price` is what the list said when the price was taken from it; a line without one (an amendment's) has the
 * list's price if it is what the list says for its present quantity.
 */
export function repriced(line, breaks, quantity) {
  if (!isSame(line.unit_price, line.list_price ?? priceAt(breaks, line.quantity))) return {};
  const price = priceAt(breaks, quantity);
  return Object.fromEntries(['unit_price', 'list_price'].filter((field) => !isSame(line[field], price)).map((field) => [field, price]));
}

// A percentage of a product's own price is nothing that can be reckoned where it has none.
function priceOf(product, list, quantity) {
  const {price, value} = priceFor(product, list, quantity);
  const own = decimalOf(product.unit_price) !== null;
  return own || (value !== null && !value.endsWith('%')) ? price : null;
}

function isSame(one, other) {
  const [left, right] = [decimalOf(one), decimalOf(other)];
  return left && right ? compare(left, right) === 0 : left === right;
}

function distinct(quantities) {
  return quantities.sort(compare).filter((each, index, all) => !index || compare(each, all[index - 1]) !== 0);
}
