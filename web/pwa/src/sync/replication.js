// One push and one pull of the rep's orders database: two replications, never a two-way sync (five times the requests).
import {rememberPush} from '../outbox/offered.js';

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
 * Offer everything that is new to the server; resolves to {sent, denied}. Batches are halved while the server answers
 * 413 (PouchDB hides that status, so `lastStatus()` tells what the last request was answered).
 */
export async function push(local, remote, lastStatus) {
  const denied = {};
  const sent = new Set();
  for (let batch = BATCH; ; batch = Math.max(1, batch >> 1)) {
    const replication = local.replicate.to(remote, {batch_size: batch});
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
    if (sequence !== undefined) await rememberPush(local, {sequence, sent, denied});
    if (!failure) return {sent: [...sent], denied};
    if (lastStatus() !== 413) throw translated(failure);
    if (batch === 1) throw new TooLarge(await firstAfter(local, sequence), failure);
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

async function firstAfter(local, since) {
  const {results} = await local.changes({since, limit: 1});
  return results[0]?.id ?? 'a document';
}
