// Turns a draft into what is handed in. The document is written before the draft goes: a crash between leaves both, and a
// second try finds the document by its id.
import {leavesOf} from '../drafts/settle.js';
import {refused, refusedRevisions, repaired} from '../outbox/offered.js';
import {amendmentOf, orderIdOf, orderOf} from './order.js';
import {amendmentsOf} from './standing.js';

const TOLD_BY_ITSELF = ['_id', '_rev', 'number', 'device', 'captured_at', 'captured_on', 'x_clock_skew']; // differs when the same thing is submitted again

/** The draft was submitted before, on another device, and says something else now: nothing was written, the draft stays. */
export class AlreadySubmitted extends Error {
  constructor(id) {
    super(`${id} was submitted before with another content`);
    this.name = 'AlreadySubmitted';
    this.document = id;
  }
}

/**
 * Write the order (or quote) of a draft and delete the draft; resolves to the order as it stands in the database. One that
 * repairs a refused order is written under its id. Raises AlreadySubmitted.
 */
export async function submit(database, draft, kind, author) {
  const order = orderOf(draft, kind, author);
  const written = draft.repairs ? await putAgain(database, order) : await putOnce(database, order);
  await deleteDraft(database, draft);
  return written;
}

/**
 * Write the amendment that a draft with `amends` describes and delete the draft; one that repairs a refused amendment is
 * written under its id. Raises AlreadySubmitted.
 */
export async function submitAmendment(database, draft, author, {approve = false} = {}) {
  const order = draft.amends;
  if (draft.repairs) {
    const again = await putAgain(database, amendmentOf(draft, order, Number(draft.repairs.split(':')[2]), author, {approve}));
    await deleteDraft(database, draft);
    return again;
  }
  const {rows} = await database.allDocs({
    startkey: `amend:${order.slice('order:'.length)}:`, endkey: `amend:${order.slice('order:'.length)}:\ufff0`, include_docs: true,
  });
  const earlier = amendmentsOf(order, rows.map(({doc}) => doc));
  const wanted = amendmentOf(draft, order, (earlier.at(-1)?.number ?? 0) + 1, author, {approve});
  const written = earlier.find((each) => each.captured_at >= draft.changed_at && content(each) === content(wanted)); // before a crash
  const amendment = written ?? await putOnce(database, wanted);
  await deleteDraft(database, draft);
  return amendment;
}

/**
 * Write a cancellation; resolves to it as it stands in the database. One that the server refused is written anew under its id, and
 * one that another tab or device has written stays as it is.
 */
export async function submitCancellation(database, cancellation) {
  if (cancellation._id in await refused(database)) return putAgain(database, cancellation);
  await database.put(cancellation).catch((error) => {
    if (error.status !== 409) throw error;
  });
  return database.get(cancellation._id);
}

/** Write a request for a new customer; one that the server refused is written anew under its id, which orders may name already. */
export async function submitRequest(database, request) {
  return request._id in await refused(database) ? putAgain(database, request) : putOnce(database, request);
}

/**
 * Delete the drafts among these documents that became the order beside them before a crash and say nothing else; resolves to their
 * ids. One that cannot be deleted now stays.
 */
export async function finishSubmitting(database, documents) {
  const orders = new Map(documents.filter(({type}) => type === 'order').map((order) => [order._id, order]));
  const over = documents.filter((draft) => draft.type === 'draft' && says(orders.get(orderIdOf(draft)), draft));
  const gone = await Promise.all(over.map((draft) => database.remove(draft).then(() => draft._id, () => null)));
  return gone.filter(Boolean);
}

function says(order, draft) {
  if (!order || draft.amends || draft.repairs) return false;
  try {
    return content(order) === content(orderOf(draft, order.kind, {rep: order.rep, device: order.device, at: new Date(order.captured_at)}));
  } catch {
    return false; // it has become something that is no order
  }
}

/** The order that a draft has become already: on another device, or before a crash. */
export async function submittedAs(database, draft) {
  return found(database, orderIdOf(draft));
}

async function putOnce(database, document) {
  try {
    await database.put(document);
  } catch (error) {
    if (error.status !== 409) throw error;
    if (content(await database.get(document._id)) !== content(document)) throw new AlreadySubmitted(document._id);
  }
  return database.get(document._id);
}

/**
 * Write a document beside the version of it that the server refused: a first revision too, for the guard takes no later one.
 * The refused version stays on this device. Resolves to the new version.
 */
async function putAgain(database, document) {
  const versions = await found(database, document._id) ? await leavesOf(database, document._id) : [];
  const {[document._id]: refusals = {}} = await refusedRevisions(database);
  let written = versions.find((each) => !(each._rev in refusals) && content(each) === content(document)); // before a crash
  if (!written) { // also what nobody has changed: only a new version is offered again
    written = {...document, _rev: `1-${randomHex()}`};
    const [failure] = await database.bulkDocs([written], {new_edits: false});
    if (failure?.error) throw failure;
  }
  await repaired(database, document._id);
  return written;
}

function randomHex() { // 16 bytes
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function content(document) {
  const told = Object.entries(document).filter(([name]) => !TOLD_BY_ITSELF.includes(name)).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify(told);
}

/** Delete every version of a draft: one that is left would bring the draft back. */
export async function deleteDraft(database, {_id}) {
  const leaves = await found(database, _id) && await leavesOf(database, _id);
  for (const {_rev} of leaves ?? []) await database.remove(_id, _rev);
}

async function found(database, id) {
  return database.get(id).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
}
