// The tax that a rep may tell the customer: an estimate, marked so wherever it is shown. QuickBooks reckons the real one.
import {exactCents, lineCents, shareCents, show} from '../money/decimal.js';

const UNTAXED = 'NON';

/**
 * The tax on the lines as a text, or null where it cannot be known here: `rates` maps tax codes to fractions ("0.0825"),
 * and a taxable line whose code has no rate makes the whole unknown. Discounts of the whole order are spread as QuickBooks
 * spreads them: in proportion.
 */
export function estimateTax({lines, discount, customer, products, rates}) {
  if (customer?.taxable === false) return '0.00';
  const amounts = lines.map((line) => lineCents(line.quantity, line.unit_price, line.discount));
  const worth = amounts.reduce((total, cents) => total + cents, 0n);
  const less = discount ? exactCents(discount.amount) : 0n;
  let tax = 0n;
  for (const [index, line] of lines.entries()) {
    const product = products.get(line.product);
    const code = customer?.tax_code ?? product?.tax_code;
    if (product?.taxable === false || code === UNTAXED) continue;
    const rate = rates.get(code);
    if (rate === undefined) return null;
    const net = worth === 0n ? 0n : (amounts[index] * (worth - min(less, worth)) * 2n + worth) / (worth * 2n);
    tax += shareCents(net, rate, 'a tax rate');
  }
  return show(tax);
}

function min(left, right) {
  return left < right ? left : right;
}
