// Where an order is: on this device -> on the server -> in QuickBooks, or it needs somebody's attention. Pure.
import {orderNumber} from '../orders/order.js';

export const PLACES = ['device', 'server', 'quickbooks', 'attention'];
const ACTS = {guard_error: 'admin', no_new_customers: 'office'};
const STUCK = new Set(['parked', 'held']);

/**
 * One order's place and what a rep has to know: {place, number, kind, estimate, status, outcome, reason, notice, refused, change}.
 * `unsent` is a Set of ids that were not offered to the server, `refused` the guard's reasons by id, `receipts` a Map by
 * what they answer, `later` the order's amendments and cancellation. `change` says where the last of those is.
 */
export function whereabouts(order, {receipts, unsent, refused, later = []}) {
  const receipt = receipts.get(order._id);
  const own = placeOf(order._id, {receipt, unsent, refused});
  const changes = later.map((document) => ({
    what: document.type, id: document._id, ...placeOf(document._id, {receipt: receipts.get(document._id), unsent, refused}),
  }));
  const stuck = changes.find(({place}) => place === 'attention');
  return {
    order: order._id,
    number: receipt?.number ?? orderNumber(order._id),
    ...(stuck && own.place !== 'attention' ? {...own, place: 'attention', reason: stuck.reason} : own),
    change: changes.at(-1) ?? null,
    repairs: own.refused ? order._id : changes.find((change) => change.refused)?.id ?? null,
  };
}

function placeOf(id, {receipt, unsent, refused}) {
  const told = {
    estimate: receipt?.estimate?.number ?? null,
    form: receipt?.estimate?.kind ?? 'estimate',
    status: receipt?.estimate?.status ?? null,
    outcome: receipt?.state ?? null,
    reason: receipt?.reason ?? null,
    notice: receipt?.notice ?? null,
    refused: false,
  };
  if (receipt) return {place: answeredPlace(receipt), ...told};
  if (refused[id]) return {place: 'attention', ...told, reason: refusal(refused[id]), refused: true};
  return {place: unsent.has(id) ? 'device' : 'server', ...told};
}

function answeredPlace({state, estimate}) {
  if (STUCK.has(state)) return 'attention';
  return estimate || state === 'cancelled' || state === 'amended' || state === 'converted' ? 'quickbooks' : 'server';
}

/** The guard's "code: text" as a reason; a rep acts on it, except where the guard itself failed or the office adds customers. */
export function refusal(text) {
  const [, code, words] = /^([a-z_]+): (.+)$/s.exec(text) ?? [null, 'refused', text];
  return {code, text: words, who: ACTS[code] ?? 'rep'};
}

/**
 * The documents of a rep's database as order lines: the newest order first, each {document, later, receipts, where, others}.
 * `receipts` are those of the order and of its changes by what they answer; `others` the versions of the order and of its
 * amendments that do not count (`versions`: {others} by id), each {document, refused}.
 */
export function orderList(documents, {unsent, refused, versions = new Map()}) {
  const receipts = new Map();
  const later = new Map();
  for (const document of documents) {
    if (document.type === 'receipt') receipts.set(document.of, document);
    if (document.type === 'amendment' || document.type === 'cancellation') {
      later.set(document.order, [...(later.get(document.order) ?? []), document].sort(byCapture));
    }
  }
  return documents
    .filter(({type}) => type === 'order')
    .sort((left, right) => byCapture(right, left))
    .map((order) => {
      const changes = later.get(order._id) ?? [];
      return {
        document: order, later: changes,
        receipts: new Map([order, ...changes].map(({_id}) => [_id, receipts.get(_id)]).filter(([, receipt]) => receipt)),
        where: whereabouts(order, {receipts, unsent, refused, later: changes}),
        others: [order, ...changes].filter(({type}) => type !== 'cancellation').flatMap(({_id}) => versions.get(_id)?.others ?? []),
      };
    });
}

function byCapture(left, right) {
  return left.captured_at < right.captured_at ? -1 : 1;
}
