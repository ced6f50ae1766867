// What a device says of itself after each sync, for the office's view of the fleet: `_local/device-<name>` in the rep's
// database, as couch_design/orders/schemas/device_report.json has it. It can be forged, so it is help and never proof.
import {pushedUpTo, refused, unsent} from '../outbox/offered.js';

const MOST_DENIED = 50;

/**
 * The report. `identity` is {rep, device}; `sync` the sync's {phase, error, code, at}; `facts` what only the browser knows:
 * {browser, installed, documents, ages, storage, clock_skew, lost}, each of which may be missing.
 */
export async function reportOf(local, {identity: {rep, device}, app, at, sync, facts = {}, leftAt = null}) {
  const [{update_seq: sequence}, pushed, waiting, denied] = await Promise.all([
    local.info(), pushedUpTo(local), unsent(local, device), refused(local),
  ]);
  const {rows} = waiting.documents.length ? await local.allDocs({keys: waiting.documents, include_docs: true}) : {rows: []};
  const captured = rows.map(({doc}) => doc?.captured_at).filter(Boolean).sort();
  return {
    type: 'device_report', schema: 1, rep, device, at: at.toISOString(), synced_at: sync.at ?? null,
    left_at: leftAt?.toISOString() ?? null, app, phase: sync.error ? 'failing' : 'live',
    error: sync.error ? {code: sync.code ?? 'other', text: String(sync.error).slice(0, 500)} : null,
    unsent: waiting.documents.length, drafts: waiting.drafts.length, oldest_unsent_at: captured[0] ?? null,
    denied: Object.entries(denied).slice(0, MOST_DENIED).map(([id, reason]) => ({id, reason})),
    denied_count: Object.keys(denied).length, local_seq: sequence, pushed_seq: pushed,
    documents: {}, ages: {}, storage: null, clock_skew: null, lost: null, ...facts,
  };
}

/** Leave the report at the server; resolves to the one that it replaces, or null. */
export async function send(remote, device, report) {
  const _id = `_local/device-${device}`;
  const before = await remote.get(_id).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
  await remote.put({_id, ...(before && {_rev: before._rev}), ...report});
  return before;
}

/** What the browser must have deleted, by the report that the server had: the device once held more. Null: nothing. */
export function lossBy(before, report) {
  if (!before || before.left_at || before.device !== report.device || before.rep !== report.rep) return null;
  if (before.local_seq <= report.local_seq) return null;
  return {at: report.at, unsent: before.unsent ?? null, drafts: before.drafts ?? null, known_at: before.at ?? null};
}
