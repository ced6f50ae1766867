// Exact decimal money with BigInt: the connector's rules (connector/money.py) and the guard's. Documents carry decimals as texts.

const PLAIN = /^(0|[1-9][0-9]{0,11})(\.([0-9]+))?$/;

/** A decimal text as {units, scale}: "12.50" is 1250 x 10^-2. `what` names the field in the RangeError. */
export function decimal(text, what = 'a number') {
  const match = typeof text === 'string' ? PLAIN.exec(text) : null;
  if (!match) throw new RangeError(`${what} is not a plain decimal such as "12.50": ${JSON.stringify(text)}`);
  const fraction = match[3] ?? '';
  return {units: BigInt(match[1] + fraction), scale: fraction.length};
}

/** quantity x unit price x (1 - discount) in cents, half-up; raises RangeError for what is no decimal. */
export function lineCents(quantity, unitPrice, discount) {
  const [q, p, d] = [decimal(quantity, 'quantity'), decimal(unitPrice, 'unit_price'), decimal(discount, 'discount')];
  const one = 10n ** BigInt(d.scale);
  if (d.units > one) throw new RangeError(`discount is a fraction between 0 and 1, not ${discount}`);
  return roundedCents(q.units * p.units * (one - d.units), q.scale + p.scale + d.scale);
}

/** A share of an amount in cents, half-up: "0.05" is five percent. */
export function shareCents(cents, share, what = 'share') {
  const {units, scale} = decimal(share, what);
  if (units > 10n ** BigInt(scale)) throw new RangeError(`${what} is a fraction between 0 and 1, not ${share}`);
  return roundedCents(cents * units, scale + 2);
}

/** An amount that is already in cents; raises RangeError when it has more than two decimals. */
export function exactCents(amount, what = 'an amount') {
  const {units, scale} = decimal(amount, what);
  if (scale > 2) throw new RangeError(`${what} has more than two decimals: ${amount}`);
  return units * 10n ** BigInt(2 - scale);
}

/** Cents as documents carry money: 44000n is "440.00". */
export function show(cents) {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Negative, zero or positive, as `left` is less than, the same as or more than `right`; `left` may carry a minus. */
export function compare(left, right) {
  const [a, b] = [signed(left), signed(right)];
  const scale = Math.max(a.scale, b.scale);
  const difference = a.units * 10n ** BigInt(scale - a.scale) - b.units * 10n ** BigInt(scale - b.scale);
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** The sum of two decimals that are not negative, as a text without zeros that say nothing: 0.75 and 1.25 is "2". */
export function sum(left, right) {
  const [a, b] = [decimal(left), decimal(right)];
  const scale = Math.max(a.scale, b.scale);
  return written(a.units * 10n ** BigInt(scale - a.scale) + b.units * 10n ** BigInt(scale - b.scale), scale);
}

/** What is left of `from`, which may carry a minus, without `part`: written as a sum, and "0" where nothing is. */
export function less(from, part) {
  const [a, b] = [signed(from), decimal(part)];
  const scale = Math.max(a.scale, b.scale);
  const units = a.units * 10n ** BigInt(scale - a.scale) - b.units * 10n ** BigInt(scale - b.scale);
  return units > 0n ? written(units, scale) : '0';
}

/** A decimal cut to no more places than `like` has, so that pieces stay whole: 11.5 like "12" is "11". */
export function cut(text, like) {
  const [{units, scale}, places] = [decimal(text), decimal(like).scale];
  return scale <= places ? text : written(units / 10n ** BigInt(scale - places), places);
}

function written(units, scale) {
  const digits = String(units).padStart(scale + 1, '0');
  const [whole, fraction] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale).replace(/0+$/, '')];
  return fraction ? `${whole}.${fraction}` : whole;
}

function signed(text) {
  if (!String(text).startsWith('-')) return decimal(text);
  const {units, scale} = decimal(text.slice(1));
  return {units: -units, scale};
}

function roundedCents(units, scale) {
  if (scale <= 2) return units * 10n ** BigInt(2 - scale);
  const step = 10n ** BigInt(scale - 2);
  return (units + step / 2n) / step;
}
