// What the rep's open orders take of the stock: an estimate lowers no stock in QuickBooks, only its invoice does. Pure.
import {sum} from '../money/decimal.js';
import {standing} from '../orders/standing.js';

const SETTLED = new Set(['converted', 'cancelled']);

/** The quantities (texts) by product of the orders among entries of orderList that nobody has invoiced, closed or withdrawn; `except` is left out. */
export function committedIn(entries, except = null) {
  const quantities = new Map();
  for (const {document, later, where} of entries) {
    const {kind, lines, withdrawn} = standing(document, later);
    const invoiced = where.place === 'quickbooks' && where.form === 'invoice';
    if (document._id === except || kind !== 'order' || withdrawn || invoiced || SETTLED.has(where.outcome)) continue;
    for (const {product, quantity} of lines) quantities.set(product, sum(quantities.get(product) ?? '0', quantity));
  }
  return quantities;
}
