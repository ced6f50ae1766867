// The tax that a rep may tell the customer: an estimate, and shown as one. QuickBooks reckons the real one.
import {exactCents, lineCents, shareCents, show} from '../money/decimal.js';

const UNTAXED = 'NON';
const PERCENT = /^(0|[1-9][0-9]?|100)(\.[0-9]+)?$/;

/**
 * The tax on lines and charges as a text, or null where it cannot be known here: QuickBooks reckons by address, prices
 * include it, a code has no known rate. `settings` is settings:app, `products` a Map by id, `taxes` one of `tax:` documents
 * by id. What is taken off the whole order is taken off each rate's part in proportion.
 */
export function estimateTax({lines, charges = [], discount, customer, products, settings, taxes}) {
  if (settings.sales_tax === 'off' || customer?.taxable === false) return '0.00';
  if (settings.sales_tax !== 'by_code' && settings.sales_tax !== 'excluded') return null;
  const parts = new Map(); // percent -> cents
  let worth = 0n;
  for (const {product: id, cents} of priced(lines, charges)) {
    worth += cents;
    const percent = percentOf(products.get(id), {customer, settings, taxes});
    if (percent === null) return null;
    parts.set(percent, (parts.get(percent) ?? 0n) + cents);
  }
  const less = discount ? min(exactCents(discount.amount), worth) : 0n;
  let tax = 0n;
  for (const [percent, cents] of parts) tax += shareCents(worth === 0n ? 0n : halfUp(cents * (worth - less), worth), fraction(percent));
  return show(tax);
}

function priced(lines, charges) {
  return [
    ...lines.map((line) => ({product: line.product, cents: lineCents(line.quantity, line.unit_price, line.discount)})),
    ...charges.map(({product, amount}) => ({product, cents: exactCents(amount)})),
  ];
}

function percentOf(product, {customer, settings, taxes}) {
  if (!product) return null;
  const byCode = settings.sales_tax === 'by_code';
  if (byCode && (product.taxable === false || product.tax_code === UNTAXED)) return '0';
  const code = customer?.tax_code ?? (byCode ? settings.tax_code : product.tax_code);
  const tax = taxes.get(`tax:${code}`);
  if (tax?.taxable === false) return '0';
  return PERCENT.test(tax?.percent ?? '') ? tax.percent : null;
}

function fraction(percent) { // "8.25" percent is "0.0825"
  const [whole, places = ''] = percent.split('.');
  const digits = whole.padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}${places}`;
}

function halfUp(numerator, denominator) {
  return (numerator * 2n + denominator) / (denominator * 2n);
}

function min(left, right) {
  return left < right ? left : right;
}
