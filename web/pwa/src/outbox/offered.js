// What this device knows about its own pushes, kept beside the documents: how far everything was offered to the server, and
// what the guard refused. PouchDB never sends a refused document again by itself, so it must not be forgotten.

const PUSHED = '_local/pushed';
const REFUSED = '_local/refused';
const TAKEN_IN = '_local/taken-in';
const MERGED = '_local/merged';
const MOST_MERGED = 100; // more drafts than that are not merged between two syncs
export const HANDED_IN = ['order:', 'amend:', 'cancel:', 'custreq:'];
const DRAFT = 'draft:';

/** Whether a document is one that reps write: the others are the server's. */
export function isOwn(id) {
  return [...HANDED_IN, DRAFT].some((prefix) => id.startsWith(prefix));
}

/**
 * The ids that this device wrote, merged, or took in from another one's file, and the server was not offered yet: {documents,
 * drafts}. A merged draft carries the name of the device that changed it last, which may be another one.
 */
export async function unsent(database, device) {
  const [{results}, taken, merged] = await Promise.all([
    database.changes({since: await pushedUpTo(database), include_docs: true}), takenIn(database), recall(database, MERGED),
  ]);
  const isOurs = ({_id, _rev, device: by}) => by === device || taken.has(_id) || merged.revisions?.[_id] === _rev;
  const own = results.filter(({doc}) => isOurs(doc) && !doc._deleted).map(({id}) => id);
  return {
    documents: own.filter((id) => HANDED_IN.some((prefix) => id.startsWith(prefix))),
    drafts: own.filter((id) => id.startsWith(DRAFT)),
  };
}

/** This database's own sequence up to which everything has been offered. */
export async function pushedUpTo(database) {
  return (await recall(database, PUSHED)).seq ?? 0;
}

/** The guard's reasons for what it refused: {id: "code: text"}. */
export async function refused(database) {
  return (await recall(database, REFUSED)).documents ?? {};
}

/** The revisions that were refused, also those that were put right since: {id: {revision: "code: text"}}. */
export async function refusedRevisions(database) {
  return (await recall(database, REFUSED)).revisions ?? {};
}

/** Note that a refused document was written anew: the new version goes up as anything new does. */
export async function repaired(database, id) {
  await revise(database, REFUSED, ({documents: {[id]: known, ...documents} = {}, ...rest}) => known && {...rest, documents});
}

/**
 * The ids to offer beside what is new: what was refused, because the server may have been put right since, and where a push
 * was killed before its answers were kept, all that it may have offered.
 */
export async function toOfferAgain(database) {
  const {seq: since = 0, underway = false} = await recall(database, PUSHED);
  const known = await refused(database);
  const ids = new Set(Object.keys(known));
  if (underway) {
    const {results} = await database.changes({since});
    for (const {id} of results) if (isOwn(id)) ids.add(id);
  }
  return [...ids].filter((id) => !isTooLarge(known[id], id));
}

const offeredOnce = new Set(); // what is too large is offered once each time that the app starts: it may cost megabytes

function isTooLarge(reason, id) {
  if (!reason?.startsWith('too_large: ')) return false;
  if (offeredOnce.has(id)) return true;
  offeredOnce.add(id);
  return false;
}

/** The ids that were taken in from a file of another device: they are unsent until they are offered, whoever wrote them. */
export async function takenIn(database) {
  return new Set((await recall(database, TAKEN_IN)).ids);
}

/** Note that this device has written a revision of a draft that joins the changes of several devices. */
export async function rememberMerged(database, id, revision) {
  await revise(database, MERGED, ({revisions: {[id]: _, ...others} = {}}) => ({
    revisions: Object.fromEntries([...Object.entries(others), [id, revision]].slice(-MOST_MERGED)),
  }));
}

/** Note what was taken in from a file, and for which reasons a server refused some of it earlier: {id: {revision: reason}}. */
export async function rememberTakenIn(database, ids, refusals = {}) {
  await revise(database, TAKEN_IN, ({ids: before = []}) => ({ids: [...new Set([...before, ...ids])]}));
  await revise(database, REFUSED, ({documents = {}, revisions = {}}) => {
    for (const [id, reasons] of Object.entries(refusals)) {
      [documents[id]] = Object.values(reasons);
      revisions[id] = {...revisions[id], ...reasons};
    }
    return {documents, revisions};
  });
}

/** Note that a push begins; it stands until `rememberPush` is told how far the push came. */
export async function beginPush(database) {
  await revise(database, PUSHED, ({underway, ...rest}) => !underway && {...rest, underway: true});
}

/**
 * Keep what a push has come to: `sent` (ids) accepted, `denied` ({id: reason}) not, and everything offered up to `sequence`
 * (undefined where only some documents were offered again). `revisions` ({id: revision}) says which ones were denied.
 */
export async function rememberPush(database, {sequence, sent, denied, revisions = {}}) {
  if (sent.size || Object.keys(denied).length) {
    await revise(database, REFUSED, ({documents: known = {}, revisions: before = {}}) => {
      for (const id of sent) delete known[id];
      for (const [id, revision] of Object.entries(revisions)) before[id] = {...before[id], [revision]: denied[id]};
      return {documents: {...known, ...denied}, revisions: before};
    });
  }
  if (sequence !== undefined) await revise(database, PUSHED, () => ({seq: sequence}));
}

async function recall(database, id) {
  return database.get(id).catch((error) => {
    if (error.status === 404) return {};
    throw error;
  });
}

/** Write what `change` makes of a local document, or nothing where that is none; anew where a repair, a push or another tab came between. */
async function revise(database, id, change) {
  for (;;) {
    const {_id: _, _rev, ...before} = await recall(database, id);
    const after = change(before);
    if (!after) return;
    try {
      await database.put({_id: id, ...(_rev && {_rev}), ...after});
      return;
    } catch (error) {
      if (error.status !== 409) throw error;
    }
  }
}
