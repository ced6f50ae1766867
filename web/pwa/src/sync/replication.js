// One push and one pull of the rep's orders database: two replications, never a two-way sync (five times the requests).
import {beginPush, rememberPush, toOfferAgain} from '../outbox/offered.js';
import {inTurn} from '../replica/turns.js';

const BATCH = 100; // documents a request

/** The server refused a document for its size; nothing after it is sent until it is taken care of. */
export class TooLarge extends Error {
  constructor(id, cause) {
    super(`the server refuses ${id}: it is too large; nothing after it is sent`, {cause});
    this.name = 'TooLarge';
  }
}

/** The server does not know this sign-in (any more). */
export class SignInNeeded extends Error {
  constructor(cause) {
    super('the server asks for a sign-in', {cause});
    this.name = 'SignInNeeded';
  }
}

/**
 * Offer everything that is new to the server, and what it refused earlier; resolves to {sent, denied}. Batches are halved
 * while the server answers 413 (PouchDB hides that status, so `lastStatus()` tells what the last request was answered).
 */
export function push(local, remote, lastStatus) {
  return inTurn(`push ${local.name}`, async () => {
    const again = await toOfferAgain(local);
    const repeated = again.length ? await offer(local, remote, lastStatus, again) : {sent: [], denied: {}};
    const {sent, denied} = await offer(local, remote, lastStatus);
    return {sent: [...repeated.sent, ...sent], denied: {...repeated.denied, ...denied}};
  });
}

/** Offer what is new, or the documents of `ids` whatever PouchDB's checkpoint says. */
async function offer(local, remote, lastStatus, ids = null) {
  const only = ids && {doc_ids: ids, checkpoint: false};
  const denied = {};
  const sent = new Set();
  for (let batch = BATCH; ; batch = Math.max(1, batch >> 1)) {
    if (!ids) await beginPush(local);
    const replication = local.replicate.to(remote, {batch_size: batch, ...only});
    replication.on('denied', ({id, reason, message, name}) => { denied[id] = String(reason ?? message ?? name); });
    replication.on('change', ({docs}) => docs.forEach(({_id}) => sent.add(_id)));
    let sequence;
    let failure = null;
    try {
      sequence = (await replication).last_seq;
    } catch (error) {
      failure = error;
      sequence = error.result?.last_seq;
    }
    for (const id of Object.keys(denied)) sent.delete(id);
    const accepted = ids && !failure ? new Set(ids.filter((id) => !(id in denied))) : sent; // the server may have had it already
    if (sequence !== undefined) await rememberPush(local, {sequence: ids ? undefined : sequence, sent: accepted, denied});
    if (!failure) return {sent: [...sent], denied};
    if (lastStatus() !== 413) throw translated(failure);
    if (batch === 1) throw new TooLarge(await firstAfter(local, {since: sequence, ...(ids && {doc_ids: ids})}), failure);
  }
}

/** Fetch what the server has; resolves to the number of documents. */
export async function pull(local, remote) {
  try {
    return (await local.replicate.from(remote, {batch_size: BATCH})).docs_written;
  } catch (error) {
    throw translated(error);
  }
}

/** Go on fetching as it comes; `onEnd(error)` hears once when that ends by itself. Returns a function that stops it. */
export function livePull(local, remote, onEnd) {
  let stopped = false;
  const replication = local.replicate.from(remote, {live: true, retry: false, batch_size: BATCH});
  replication.then(() => stopped || onEnd(null), (error) => stopped || onEnd(translated(error)));
  return () => {
    stopped = true;
    replication.cancel();
  };
}

function translated(error) {
  return error.status === 401 || error.result?.status === 401 ? new SignInNeeded(error) : error;
}

async function firstAfter(local, which) {
  const {results} = await local.changes({...which, limit: 1});
  return results[0]?.id ?? 'a document';
}
