// Settles the conflicts of a draft in the local database: the merge is written first, then the losing versions go.
import {merge} from './merge.js';

/** Versions of a draft whose changes touch the same field; `choices` says which, and nothing was written. */
export class ChoicesNeeded extends Error {
  constructor(id, merged, choices) {
    super(`${id} was changed on two devices in the same place`);
    this.name = 'ChoicesNeeded';
    this.merged = merged;
    this.choices = choices;
  }
}

/**
 * Merge the versions of a draft in a PouchDB database; resolves to the draft. `resolved` is a body in which the choices are
 * made, and `onMerged(revision)` hears of what was written. Raises ChoicesNeeded. Two devices that merge the same versions write the
 * same revision, so no new conflict arises.
 */
export async function settle(database, id, {resolved = null, onMerged = async () => {}} = {}) {
  const leaves = await leavesOf(database, id);
  if (leaves.length === 0) return null;
  if (leaves.length === 1) return leaves[0];
  const {merged, choices} = merge(leaves);
  if (choices.length && !resolved) throw new ChoicesNeeded(id, merged, choices);
  const [winner] = [...leaves].sort(byRevision);
  const {_rev: _, ...body} = resolved ?? merged;
  const written = await database.put({...body, _rev: winner._rev}); // a failure here leaves every version where it is
  await onMerged(written.rev);
  for (const {_rev} of leaves.filter((leaf) => leaf !== winner)) await database.remove(id, _rev);
  return {...body, _rev: written.rev};
}

/** The versions of a document that are not deleted, each with its `_rev`. */
export async function leavesOf(database, id) {
  const versions = await database.get(id, {open_revs: 'all'});
  return versions.map(({ok}) => ok).filter((leaf) => leaf && !leaf._deleted);
}

function byRevision(left, right) { // CouchDB's rule for the winner: the longest history, then the greater text
  const [a, b] = [left, right].map(({_rev}) => _rev.split('-'));
  return Number(b[0]) - Number(a[0]) || (b[1] > a[1] ? 1 : -1);
}
