// What is written about a product: its price, its price from a quantity on, its stock.
import {moment, number, unitPrice} from '../money/display.js';
import {priceAt} from '../prices/breaks.js';
import {LOCALE, text} from '../strings.js';

const ONE = '1';

/** The price of one, the customer's where `breaks` are known, and from which quantity it is another. */
export function priceText(product, currency) {
  if (product.kind === 'charge') return text.catalogue.charge;
  if (product.kind === 'bundle') return text.catalogue.bundle;
  const price = product.breaks ? priceAt(product.breaks, ONE) : product.unit_price;
  const told = [price === undefined ? text.catalogue.noPrice : unitPrice(price, currency, LOCALE)];
  for (const each of laterBreaks(product)) told.push(text.catalogue.from(number(each.from, LOCALE), unitPrice(each.price, currency, LOCALE)));
  return told.join(' · ');
}

/** The breaks that begin with more than one. */
export function laterBreaks({breaks = []}) {
  return breaks.filter(({from}) => Number(from) > 1);
}

export function stockText({on_hand: stock}, age) {
  if (stock === undefined) return null;
  return text.catalogue.stock(number(stock, LOCALE), age && moment(age, LOCALE));
}
