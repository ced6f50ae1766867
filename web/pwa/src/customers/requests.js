// New customers that the rep asks for: made from what was entered, and where each one is. Pure.
import {refusal} from '../outbox/whereabouts.js';

/** The most characters of each field, as couch_design/orders/schemas/customer_request.json has them. */
export const MOST = {name: 500, contact: 100, phone: 30, email: 100, street: 200, city: 200, region: 200, postal_code: 200, country: 200, note: 1000};
const PLACE = ['street', 'city', 'region', 'postal_code', 'country'];
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const STUCK = ['parked', 'held'];

/** What is wrong with what was entered, as {field: code of strings.js}; empty when it can be asked for. */
export function problemsIn(entered) {
  const fields = tidied(entered);
  const found = Object.fromEntries(Object.entries(MOST).filter(([field, most]) => (fields[field] ?? '').length > most).map(([field]) => [field, 'long']));
  if (!fields.name) found.name = 'missing';
  else if (fields.name.includes(':')) found.name = 'colon';
  if (fields.email && !EMAIL.test(fields.email)) found.email = 'email';
  return found;
}

/** What was entered for a request, to be put right. */
export function enteredIn({name, contact, phone, email, note, address = {}}) {
  const entered = {name, contact, phone, email, note, ...address};
  return Object.fromEntries(Object.entries(entered).filter(([field, value]) => field in MOST && typeof value === 'string'));
}

/** The document that asks for a customer; `ulid` is new for every customer. What is entered must have no problems. */
export function requestOf(entered, ulid, {rep, device, at}) {
  const {name, contact, phone, email, note, ...rest} = tidied(entered);
  const address = Object.fromEntries(PLACE.filter((field) => rest[field]).map((field) => [field, rest[field]]));
  const optional = {contact, phone, email, note, ...(Object.keys(address).length && {address})};
  return {
    _id: `custreq:${ulid}`, type: 'customer_request', schema: 1, rep, device, captured_at: at.toISOString(), name,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value)),
  };
}

/**
 * The requests among a rep's documents, the newest first: {document, place, reason, customer}. Places are those of orders:
 * device, server, quickbooks (then `customer` is {id, name} there), attention (then `reason` says why and who must act).
 */
export function requestsIn(documents, {unsent, refused}) {
  const receipts = new Map(documents.filter(({type}) => type === 'receipt').map((receipt) => [receipt.of, receipt]));
  return documents.filter(({type}) => type === 'customer_request')
    .sort((one, other) => (one.captured_at < other.captured_at ? 1 : -1))
    .map((document) => ({document, ...placeOf(document._id, receipts.get(document._id), unsent, refused)}));
}

/** The ids that mean a customer in orders: its own, and those of the requests that became it. */
export function idsOf(customer, requests) {
  return new Set([customer, ...requests.filter(({customer: made}) => made?.id === customer).map(({document}) => document._id)]);
}

function placeOf(id, receipt, unsent, refused) {
  if (receipt?.state === 'posted' && receipt.customer) {
    return {place: 'quickbooks', reason: null, customer: {...receipt.customer, id: documentId(receipt.customer.id)}};
  }
  if (STUCK.includes(receipt?.state)) return {place: 'attention', reason: receipt.reason ?? null, customer: null};
  if (receipt) return {place: 'server', reason: receipt.reason ?? null, customer: null};
  if (refused[id]) return {place: 'attention', reason: refusal(refused[id]), customer: null};
  return {place: unsent.includes(id) ? 'device' : 'server', reason: null, customer: null};
}

function documentId(id) {
  return id.startsWith('customer:') ? id : `customer:${id}`;
}

// One line without control characters; a note keeps its lines.
function tidied(entered) {
  return Object.fromEntries(Object.entries(entered).map(([field, value]) => [
    field, field === 'note'
      ? value.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ').trim()
      : value.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').replace(/ {2,}/g, ' ').trim(),
  ]));
}
