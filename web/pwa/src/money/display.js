// Money, quantities and times as the rep's locale writes them. Amounts stay texts: Intl takes them exactly.

const PLACES = 5; // of quantities and prices, as the guard allows
const made = new Map(); // formats are slow to make, and a list needs some for each row

/** An amount of money, such as "$1,861.08"; `amount` may carry a minus. */
export function money(amount, currency, locale) {
  return format('NumberFormat', locale, {style: 'currency', currency}).format(amount);
}

/** A price for one unit, such as "$0.12345": cut to cents it would not be the one that the amount is reckoned with. */
export function unitPrice(price, currency, locale) {
  return format('NumberFormat', locale, {style: 'currency', currency, maximumFractionDigits: PLACES}).format(price);
}

/** A quantity, with no more places than it has. */
export function number(decimal, locale) {
  return format('NumberFormat', locale, {maximumFractionDigits: PLACES}).format(decimal);
}

/** A moment, such as "25 Nov, 17:05", in the rep's own time; with its year unless that is this one. */
export function moment(time, locale, now = new Date()) {
  const at = new Date(time);
  const year = at.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return format('DateTimeFormat', locale, {day: 'numeric', month: 'short', year, hour: '2-digit', minute: '2-digit'}).format(at);
}

/** A day of the calendar, such as "1 Dec 2026", whatever the time zone. */
export function day(date, locale) {
  return format('DateTimeFormat', locale, {day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC'}).format(new Date(date));
}

function format(kind, locale, options) {
  const key = JSON.stringify([kind, locale, options, new Date().getTimezoneOffset()]); // who travels sees the time there
  if (!made.has(key)) made.set(key, new Intl[kind](locale, options));
  return made.get(key);
}
