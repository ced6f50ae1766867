// The documents that a submit writes. Each is written once; the guard refuses any later revision.
import {reckon} from './amounts.js';
import {submitted} from './signed.js';

const LINE_FIELDS = ['product', 'name', 'quantity', 'unit_price', 'discount', 'amount'];
const CHARGE_FIELDS = ['product', 'name', 'amount'];
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g; // the guard refuses them, and what is pasted may have a tab
const OPTIONAL = ['note', 'po_number', 'deliver_on', 'ship_to', 'tax'];

/**
 * Who writes, and when: `rep`, `device`, `at` (a Date) and `today` (YYYY-MM-DD where the rep stands). Where this device's clock is
 * known to be wrong (store/clock.js), `at` is the true time, and `skew` the seconds by which the clock is ahead of it.
 */
export function author(identity, at = identity.clock?.now() ?? new Date()) {
  const skew = identity.clock?.correction ?? 0;
  return {rep: identity.rep, device: identity.device, at, today: localDay(at), ...(skew && {skew})};
}

/**
 * The order document of a draft; names and prices are the draft's own, so what the customer saw is what is sent.
 * `kind` is "order" or "quote". Raises RangeError when there is no line or a number is wrong.
 */
export function orderOf(draft, kind, {rep, device, at, today, skew}) {
  const {worth: _, ...amounts} = contentOf(draft);
  return {
    _id: orderIdOf(draft), type: 'order', schema: 1, kind, rep, device,
    captured_at: at.toISOString(), captured_on: today, ...marked(skew),
    customer: {id: draft.customer.id, name: draft.customer.name}, currency: draft.currency,
    ...amounts,
    ...filled(draft, OPTIONAL), ...signatureOf(draft),
  };
}

/** The id of the order that a draft becomes: the draft's own ULID, so that submitting it twice cannot make two orders. */
export function orderIdOf(draft) {
  return draft._id.replace('draft:', 'order:');
}

/** An amendment: all lines and charges as they are to be from now on; `approve` makes an order of a quote. */
export function amendmentOf(draft, order, number, {rep, device, at, skew}, {approve = false} = {}) {
  const {worth: _, ...amounts} = contentOf(draft);
  return {
    _id: `amend:${order.slice('order:'.length)}:${number}`, type: 'amendment', schema: 1, order, rep, device,
    captured_at: at.toISOString(), ...marked(skew), number, ...(approve && {kind: 'order'}),
    ...amounts,
    ...filled(draft, ['note', 'tax']), ...signatureOf(draft),
  };
}

/** The withdrawal of an order. */
export function cancellationOf(order, reason, {rep, device, at, skew}) {
  return {
    _id: `cancel:${order.slice('order:'.length)}`, type: 'cancellation', schema: 1, order, rep, device,
    captured_at: at.toISOString(), ...marked(skew), ...filled({reason}, ['reason']),
  };
}

/** The order number that people read out. */
export function orderNumber(id) {
  return `RB-${id.split(':')[1].slice(-10)}`;
}

/** The day of the calendar where the device stands. */
export function localDay(moment) {
  const two = (number) => String(number).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

function marked(skew) { // the guard lets own fields pass that begin with x_
  return skew ? {x_clock_skew: skew} : {};
}

function contentOf(draft) {
  if (!draft.lines.length) throw new RangeError('an order needs at least one line');
  const {lines, charges, ...rest} = reckon(draft);
  return {
    lines: lines.map((line) => filled(line, LINE_FIELDS)),
    charges: charges.map((charge) => filled(charge, CHARGE_FIELDS)),
    ...rest,
  };
}

function signatureOf({signature}) {
  return signature && {signature: submitted(signature)};
}

function filled(from, names) {
  const present = names.filter((name) => from[name] !== undefined && from[name] !== '');
  return Object.fromEntries(present.map((name) => [name, typeof from[name] === 'string' ? from[name].replace(CONTROL, ' ') : from[name]]));
}
