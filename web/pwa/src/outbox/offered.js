// What this device knows about its own pushes, kept beside the documents: how far everything was offered to the server, and
// what the guard refused. PouchDB never sends a refused document again, so it must not be forgotten.

const PUSHED = '_local/pushed';
const REFUSED = '_local/refused';
export const HANDED_IN = ['order:', 'amend:', 'cancel:', 'custreq:'];
const DRAFT = 'draft:';

/** The ids that this device wrote and the server was not offered yet: {documents, drafts}. */
export async function unsent(database, device) {
  const {results} = await database.changes({since: await pushedUpTo(database), include_docs: true});
  const own = results.filter(({doc}) => doc.device === device && !doc._deleted).map(({id}) => id);
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

/** Keep what a push has come to: offered up to `sequence`, `sent` (ids) accepted, `denied` ({id: reason}) not. */
export async function rememberPush(database, {sequence, sent, denied}) {
  const known = await refused(database);
  for (const id of sent) delete known[id];
  if (sent.size || Object.keys(denied).length) await remember(database, REFUSED, {documents: {...known, ...denied}});
  if (sequence !== await pushedUpTo(database)) await remember(database, PUSHED, {seq: sequence});
}

async function recall(database, id) {
  return database.get(id).catch((error) => {
    if (error.status === 404) return {};
    throw error;
  });
}

async function remember(database, id, body) {
  const {_rev} = await recall(database, id);
  await database.put({_id: id, ...(_rev && {_rev}), ...body});
}
