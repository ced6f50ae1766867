// Everything that is only on this device, into a file and back: on another device of the same rep, or here after a reset.
import {refused, refusedRevisions, rememberTakenIn} from '../outbox/offered.js';
import {open, seal} from './sealed.js';

/** The file was made for another rep. */
export class AnotherRep extends Error {
  name = 'AnotherRep';
  code = 'another_rep';
}

/**
 * The sealed file of the documents with these ids: every version of each, with its history and attachments, but for those that
 * were refused and put right since. The office hands a file in without the guard: it would make two orders' worth of one.
 */
export async function exportFile(database, ids, {rep, name, device}, passphrase, at) {
  const documents = [];
  const revisions = await refusedRevisions(database);
  for (const id of ids) {
    const answers = await database.get(id, {open_revs: 'all', revs: true, attachments: true});
    const versions = answers.map(({ok}) => ok).filter((version) => version && !version._deleted);
    const standing = versions.filter(({_rev}) => !(_rev in (revisions[id] ?? {})));
    documents.push(...(standing.length ? standing : versions));
  }
  const known = await refused(database);
  const reasons = Object.fromEntries(ids.filter((id) => id in known).map((id) => [id, known[id]]));
  return seal({documents, refused: reasons}, {rep, account: name, device, made_at: at.toISOString()}, passphrase);
}

/**
 * Take the documents of a file into the database, with the ids and revisions that they have, so that taking it in twice changes
 * nothing and what another device changed meanwhile is a conflict as any other. They are unsent until the next sync.
 * Resolves to their ids. Raises AnotherRep, NotAnExport, WrongPassphrase; then nothing was taken.
 */
export async function importFile(database, text, rep, passphrase) {
  const {documents, refused: reasons = {}} = await open(text, passphrase);
  if (documents.some((document) => document.rep !== rep)) throw new AnotherRep('this file holds documents of another rep');
  const ids = [...new Set(documents.map(({_id}) => _id))];
  const refusals = {};
  for (const {_id, _rev} of documents) if (_id in reasons) refusals[_id] = {...refusals[_id], [_rev]: reasons[_id]};
  await rememberTakenIn(database, ids, refusals); // first: what is written by a device that is killed now counts as unsent, too
  const answers = await database.bulkDocs(documents, {new_edits: false});
  const failed = answers.find((answer) => answer.error);
  if (failed) throw Object.assign(new Error(`${failed.id} could not be stored: ${failed.message}`), {cause: failed});
  return ids;
}
