// What the server says of exactly one version of a document. A replication names a refused document by its id alone, so that
// it cannot be told which of two versions was refused: the one that was put right, or the one before.
import {leavesOf} from '../drafts/settle.js';
import {refusedRevisions, rememberPush} from './offered.js';
import {sorted} from './versions.js';

/**
 * Have what a push found `denied` ({id: reason}) judged where it stands in several versions: the one that counts is offered
 * alone. Keeps and resolves to the outcome: {sent, denied}, denied being what is left of it.
 */
export async function judge(local, remote, denied) {
  const before = await refusedRevisions(local);
  const outcome = {sent: [], denied: {}};
  const revisions = {};
  for (const [id, reason] of Object.entries(denied)) {
    const versions = await leavesOf(local, id);
    if (!versions.length) continue; // deleted here
    const {counts: {_rev}} = sorted(versions, {refused: before[id]});
    const refusal = versions.length === 1 ? reason : await refusalOf(local, remote, id, _rev);
    if (refusal === null) outcome.sent.push(id);
    else [outcome.denied[id], revisions[id]] = [refusal, _rev];
  }
  await rememberPush(local, {sent: new Set(outcome.sent), denied: outcome.denied, revisions});
  return outcome;
}

/** The guard's reason for refusing one version, or null where the server has it now. */
async function refusalOf(local, remote, id, rev) {
  const version = await local.get(id, {rev, revs: true});
  const [failure] = (await remote.bulkDocs({docs: [version], new_edits: false})).filter(({error}) => error);
  if (!failure) return null;
  const reason = String(failure.reason ?? failure.message ?? failure.name);
  if (['forbidden', 'unauthorized'].includes(String(failure.name ?? failure.error).toLowerCase())) return reason;
  throw new Error(`the server could not take ${id}: ${reason}`, {cause: failure});
}
