'use strict';
/** Finds what a guard is shown as the old document, by CouchDB's rules rather than PouchDB's. */

const {conflict} = require('./refusal');

/**
 * The revision that an edit made here replaces: null for a new document. Throws the conflict that the storage would
 * report too: CouchDB asks no guard about an edit that is stale anyway.
 */
async function replacedRevision(database, document) {
  const winner = await optional(database.get(document._id, {revs: true}));
  if (!document._rev) {
    if (winner) throw conflict();
    return null;
  }
  if (winner && winner._rev === document._rev) return winner;
  const leaves = await optional(database.get(document._id, {open_revs: 'all', revs: true}));
  const leaf = (leaves || []).find(({ok}) => ok && ok._rev === document._rev);
  if (!leaf) throw conflict();
  return leaf.ok;
}

/**
 * The nearest ancestor of a replicated edit that is stored here, null when there is none; undefined when the edit
 * itself is known already and needs no guard. So a second document of the same id from another replica has no old
 * document, and a conflicting edit is compared with what both began from, not with the winner.
 */
async function nearestAncestor(database, document) {
  const stored = await storedRevisions(database, document._id);
  if (stored.has(document._rev)) return undefined;
  const {start, ids} = document._revisions || {start: 0, ids: []};
  for (let back = 1; back < ids.length; back += 1) {
    const revision = `${start - back}-${ids[back]}`;
    if (stored.has(revision)) return database.get(document._id, {rev: revision, revs: true});
  }
  return null;
}

async function storedRevisions(database, id) {
  const found = new Set();
  const walk = (position, [hash, {status}, children]) => {
    if (status === 'available') found.add(`${position}-${hash}`);
    children.forEach((child) => walk(position + 1, child));
  };
  const tree = await new Promise((resolve, reject) => {
    database._getRevisionTree(id, (error, branches) => {
      if (error && error.status !== 404) reject(error);
      else resolve(error ? [] : branches);
    });
  });
  tree.forEach(({pos, ids}) => walk(pos, ids));
  return found;
}

function optional(promise) {
  return promise.catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
}

module.exports = {nearestAncestor, replacedRevision};
