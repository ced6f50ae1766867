// What the lines, charges and discount of a draft are worth. The guard and the connector reckon the same.
import {exactCents, lineCents, shareCents, show} from '../money/decimal.js';

/**
 * {lines, charges, discount, worth, total} with amounts as texts: `worth` is the lines alone, `discount` undefined where
 * nothing is taken off. Raises RangeError when a number is none, or the discount is more than the order.
 */
export function reckon({lines, charges = [], discount}) {
  const priced = lines.map((line) => ({...line, amount: show(lineCents(line.quantity, line.unit_price, line.discount))}));
  const worth = sum(priced);
  const added = charges.map((charge) => ({...charge, amount: show(exactCents(charge.amount, 'the amount of a charge'))}));
  const all = worth + sum(added);
  const off = discount && takenOff(discount, worth);
  const less = off ? exactCents(off.amount) : 0n;
  if (less > all) throw new RangeError('the discount is more than the order');
  return {lines: priced, charges: added, ...(off && {discount: off}), worth: show(worth), total: show(all - less)};
}

function takenOff({amount, share}, worth) {
  if (share === undefined) return {amount: show(exactCents(amount, 'the amount of the discount'))};
  return {amount: show(shareCents(worth, share, 'the share of the discount')), share};
}

function sum(entries) {
  return entries.reduce((total, {amount}) => total + exactCents(amount), 0n);
}
