// What a rep types into a field, as the decimal text that documents carry.
import {LOCALE} from '../strings.js';

const SIGN = new Intl.NumberFormat(LOCALE).formatToParts(1.5).find(({type}) => type === 'decimal')?.value ?? '.';
const THOUSANDS = {'.': /^[1-9][0-9]{0,2},[0-9]{3}$/, ',': /^[1-9][0-9]{0,2}\.[0-9]{3}$/}; // by the decimal sign

/**
 * The decimal text of what was typed, or null when it is none: blanks go, one comma or point is the decimal sign, leading
 * and trailing zeros that say nothing go. `places` is the most that may stand behind the sign. What reads as thousands where
 * `sign` is the decimal sign ("1,000" in English) is none: taken as 1 it would be a wrong order.
 */
export function entered(typed, places, sign = SIGN) {
  const told = String(typed).replace(/\s/g, '');
  if (THOUSANDS[sign]?.test(told)) return null;
  const text = told.replace(',', '.');
  if (!/^([0-9]{1,12}(\.[0-9]*)?|\.[0-9]+)$/.test(text)) return null;
  const [whole, fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > places) return null;
  const digits = whole.replace(/^0+(?=[0-9])/, '') || '0';
  return kept ? `${digits}.${kept}` : digits;
}

/** A percentage as it was typed ("5", "12,5") as the fraction that documents carry ("0.05", "0.125"), or null. */
export function enteredPercent(typed) {
  const percent = entered(typed, 2);
  if (percent === null) return null;
  const [whole, fraction = ''] = percent.split('.');
  if (Number(whole) > 100 || (whole === '100' && fraction)) return null;
  return entered(`${whole.padStart(3, '0').slice(0, -2)}.${whole.padStart(3, '0').slice(-2)}${fraction}`, 4);
}

/** A fraction ("0.125") as people read it ("12.5"), without the percent sign. */
export function percentOf(fraction) {
  const [whole, places = ''] = String(fraction).split('.');
  const shifted = places.padEnd(2, '0');
  return entered(`${whole}${shifted.slice(0, 2)}.${shifted.slice(2)}`, 4);
}
