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
    for (const {product, quantity} of lines) add(quantities, product, quantity);
  }
  return quantities;
}

/**
 * What counts for the stock that a draft may take (orders/stock.js): {kind, committed, promised, invoiced}. `kind` is "order", "quote" or,
 * while the rep may still hand it in as the one or the other, "either"; `promised` the quantities by product of the order that is changed
 * or put right, `invoiced` whether QuickBooks has lowered the stock by those already.
 */
export function claimsOn(entries, {amends, repairs, approves} = {}) {
  const id = amends ?? repairs ?? null;
  const changed = id && entries.find(({document}) => document._id === id);
  const stands = changed && standing(changed.document, changed.later);
  const promised = new Map();
  if (stands?.kind === 'order') for (const {product, quantity} of stands.lines) add(promised, product, quantity);
  return {
    kind: !amends ? 'either' : approves ? 'order' : stands?.kind ?? 'order',
    committed: committedIn(entries, id), promised,
    invoiced: changed?.where.place === 'quickbooks' && changed.where.form === 'invoice',
  };
}

function add(quantities, product, quantity) {
  quantities.set(product, sum(quantities.get(product) ?? '0', quantity));
}
