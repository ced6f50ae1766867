/** Exact decimals as documents carry them, calculated with whole numbers: `{units, places}` is units / 10^places. */

const PLAIN = /^-?[0-9]{1,40}(?:\.[0-9]{1,40})?$/;

/** A decimal text as a number of 10^-places; null for anything else than a plain decimal. */
export function decimalOf(text) {
  if (typeof text !== 'string' || !PLAIN.test(text)) return null;
  const [whole, fraction = ''] = text.split('.');
  return {units: BigInt(whole + fraction), places: fraction.length};
}

/** Less than, equal or more: below, at or above 0. */
export function compare(one, other) {
  const difference = one.units * 10n ** BigInt(other.places) - other.units * 10n ** BigInt(one.places);
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** One times the other, exactly. */
export function times(one, other) {
  return {units: one.units * other.units, places: one.places + other.places};
}

/** The nearest number with at most so many places; half is rounded away from nothing. */
export function rounded({units, places}, most) {
  if (places <= most) return {units, places};
  const divisor = 10n ** BigInt(places - most);
  const size = units < 0n ? -units : units;
  const nearest = (size + divisor / 2n) / divisor;
  return {units: units < 0n ? -nearest : nearest, places: most};
}

/** As documents carry it, without trailing zeros. */
export function textOf({units, places}) {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  const whole = places ? digits.slice(0, -places) : digits;
  const text = places && fraction ? `${whole}.${fraction}` : whole;
  return units < 0n && text !== '0' ? `-${text}` : text;
}
