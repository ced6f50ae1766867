'use strict';
/** GET /{db}/_local_docs. PouchDB cannot list local documents, so their ids are noted in one of them. */

/** No request may touch this document: it holds the ids of the others. */
const LISTED = '_local/_listed';
const lists = new WeakMap(); // database: promise of the ids that are noted in it

/** Note that a local document was written (`there`) or deleted; a mistake here would only hide it from the list. */
async function note(database, id, there) {
  const before = idsOf(database);
  const after = before.then(async (ids) => {
    if (ids.has(id) === there) return ids;
    const changed = new Set(ids);
    if (there) changed.add(id);
    else changed.delete(id);
    const current = await read(database);
    await database.put({...current, ids: [...changed].sort()});
    return changed;
  });
  lists.set(database, after.catch(() => before));
  await after;
}

function idsOf(database) {
  if (!lists.has(database)) lists.set(database, read(database).then(({ids}) => new Set(ids)));
  return lists.get(database);
}

function read(database) {
  return database.get(LISTED).catch((error) => {
    if (error.status !== 404) throw error;
    return {_id: LISTED, ids: []};
  });
}

/** Answers the request: `startkey`, `endkey`, `limit` and `include_docs` are understood. */
async function localDocuments(exchange) {
  const {database, query: {startkey = '', endkey = '\uffff', limit = Infinity, include_docs: whole}} = exchange;
  const ids = [...await idsOf(database)].sort().filter((id) => id >= startkey && id <= endkey);
  const found = await Promise.all(ids.slice(0, Number(limit)).map((id) => database.get(id).catch((error) => {
    if (error.status !== 404) throw error;
    return null;
  })));
  const rows = found.filter(Boolean).map((doc) => ({
    id: doc._id, key: doc._id, value: {rev: doc._rev}, ...(whole === true && {doc}),
  }));
  return exchange.json(200, {total_rows: null, offset: null, rows});
}

module.exports = {LISTED, localDocuments, note};
