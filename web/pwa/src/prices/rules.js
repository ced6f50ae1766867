/**
 * Which price a product has on a list, and whether the list's customers may see it. The same rules as
 * connector/prices/rules.py, tested with the same table. A list is `{visible, rules, prices}`, or null for none.
 */

import {compare, decimalOf, rounded, textOf, times} from './decimals.js';

const PRICE = /^(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,5})?$/;
const PERCENT = /^(?:100(?:\.0{1,4})?|-?(?:0|[1-9][0-9]?)(?:\.[0-9]{1,4})?|-[1-9][0-9]{2}(?:\.[0-9]{1,4})?)%$/;
const QUANTITY = /^(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,5})?$/;
const MOST_BREAKS = 50;
const PLACES = 5; // that a unit price may have
const NOTHING = {units: 0n, places: 0};

/**
 * The price of one unit of a `product:` document at a quantity (a decimal text), by the most specific rule that has one:
 * `{price, rule, from, value}`, all texts; `rule` is `product`, `category:<path>`, `*` or `unit_price`.
 */
export function priceFor(product, list, quantity) {
  const own = decimalOf(product.unit_price) ?? NOTHING;
  const wanted = decimalOf(quantity) ?? NOTHING;
  for (const [rule, entry] of entries(product, list)) {
    const fitting = stepsOf(entry).filter(([from]) => compare(from, wanted) <= 0).pop();
    if (fitting) return {price: textOf(worth(fitting[1], own)), rule, from: textOf(fitting[0]), value: fitting[1]};
  }
  return {price: textOf(own), rule: 'unit_price', from: '0', value: null};
}

/** Whether customers with this list may see and order a product; without a list they see everything. */
export function isVisible(product, list) {
  for (const [rule, entry] of entries(product, list)) {
    if (entry === true || entry === false) return entry;
    if (rule !== '*' && stepsOf(entry).length) return true;
  }
  return list?.visible !== 'listed';
}

/** `[[from, text], ...]`, lowest quantity first; empty for an entry that has no price or makes no sense. */
export function stepsOf(entry) {
  if (typeof entry === 'string') return isValue(entry) ? [[NOTHING, entry]] : [];
  if (!Array.isArray(entry) || !entry.length || entry.length > MOST_BREAKS + 1) return [];
  const [base, ...breaks] = entry;
  const told = base === null ? breaks : [['0', base], ...breaks];
  const steps = [];
  for (const step of told) {
    if (!Array.isArray(step) || step.length !== 2 || !isQuantity(step[0]) || !isValue(step[1])) return [];
    const from = decimalOf(step[0]);
    if (steps.length && compare(from, steps.at(-1)[0]) <= 0) return [];
    steps.push([from, step[1]]);
  }
  return steps;
}

const isValue = (text) => typeof text === 'string' && (PRICE.test(text) || PERCENT.test(text));
const isQuantity = (text) => typeof text === 'string' && QUANTITY.test(text);

function worth(value, own) {
  if (!value.endsWith('%')) return decimalOf(value);
  const percent = decimalOf(value.slice(0, -1));
  const left = {units: 100n * 10n ** BigInt(percent.places) - percent.units, places: percent.places + 2};
  return rounded(times(own, left), PLACES);
}

/** What a list says that concerns a product, the most specific first: [rule, entry] each. */
export function* entries(product, list) {
  if (!list) return;
  const {prices = {}, rules = {}} = list;
  const key = String(product._id ?? '').replace(/^product:/, '');
  if (Object.hasOwn(prices, key)) yield ['product', prices[key]];
  for (const path of pathsOf(product.category)) {
    if (Object.hasOwn(rules, path)) yield [`category:${path}`, rules[path]];
  }
  if (Object.hasOwn(rules, '*')) yield ['*', rules['*']];
}

/** A product's categories (topmost first) as paths, the narrowest first. */
function pathsOf(category) {
  const names = Array.isArray(category) ? category : [];
  return names.map((_, index) => names.slice(0, names.length - index).join(':'));
}
