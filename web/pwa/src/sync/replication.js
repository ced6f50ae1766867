// One push and one pull of the rep's orders database: two replications, never a two-way sync (five times the requests).
import {judge} from '../outbox/judged.js';
import {beginPush, isOwn, rememberPush, toOfferAgain} from '../outbox/offered.js';
import {inTurn} from '../replica/turns.js';

const BATCH = 100; // documents a request
const TOO_LARGE = 'too_large: the server does not take it, because it is too large';

/** The server does not know this sign-in (any more). */
export class SignInNeeded extends Error {
  constructor(cause) {
    super('the server asks for a sign-in', {cause});
    this.name = 'SignInNeeded';
  }
}

/**
 * Offer everything that is new to the server, and what it refused earlier; resolves to {sent, denied}. A batch that is answered
 * 413 is halved (PouchDB hides that status, so `lastStatus()` tells what the last request was answered); one document that
 * is too large by itself counts as refused, and holds nothing else up.
 */
export function push(local, remote, lastStatus) {
  return inTurn(`push ${local.name}`, async () => {
    const narrow = inHalves(remote, lastStatus);
    const again = await toOfferAgain(local);
    const repeated = again.length ? await offer(local, narrow, again) : {sent: [], denied: {}};
    const {sent, denied} = await offer(local, narrow);
    const judged = await judge(local, remote, {...repeated.denied, ...denied});
    return {sent: [...repeated.sent, ...sent, ...judged.sent], denied: judged.denied};
  });
}

/** Offer what is new, or the documents of `ids` whatever PouchDB's checkpoint says. */
async function offer(local, remote, ids = null) {
  const only = ids && {doc_ids: ids, checkpoint: false};
  const denied = {};
  const sent = new Set();
  if (!ids) await beginPush(local);
  const replication = local.replicate.to(remote, {batch_size: BATCH, ...only});
  replication.on('denied', ({id, reason, message, name}) => {
    if (isOwn(id)) denied[id] = String(reason ?? message ?? name); // a server that lost receipts does not take them from here
  });
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
  if (failure) throw translated(failure);
  return {sent: [...sent], denied};
}

/** The server's database, which gets a batch in halves where the whole is answered 413. */
function inHalves(remote, lastStatus) {
  const write = async ({docs, ...rest}, options) => {
    try {
      return await remote.bulkDocs({docs, ...rest}, options);
    } catch (error) {
      if (error.status !== 413 && lastStatus() !== 413) throw error;
      if (docs.length === 1) return [{id: docs[0]._id, error: 'forbidden', name: 'forbidden', status: 413, reason: TOO_LARGE}];
      const middle = docs.length >> 1;
      return [
        ...await write({docs: docs.slice(0, middle), ...rest}, options), ...await write({docs: docs.slice(middle), ...rest}, options),
      ];
    }
  };
  return new Proxy({}, { // whatever else is asked for or kept is the database's own
    get: (_, name) => (name === 'bulkDocs' ? write : Reflect.get(remote, name)),
    set: (_, name, value) => Reflect.set(remote, name, value),
  });
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
