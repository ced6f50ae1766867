// What a device says of itself after each sync, for the office's view of the fleet: `_local/device-<id>` in the rep's
// database. It can be forged, so it is help and never proof.
import {pushedUpTo, refused, unsent} from '../outbox/offered.js';

/** The report: sequences are this device's own, `storage` in bytes. */
export async function reportOf(local, {device, app, at, error = null, storage = null}) {
  const [{update_seq: sequence}, pushed, waiting, denied] = await Promise.all([
    local.info(), pushedUpTo(local), unsent(local, device), refused(local),
  ]);
  return {
    at: at.toISOString(), app, device, local_seq: sequence, pushed_seq: pushed,
    unsent: waiting.documents.length, drafts: waiting.drafts.length,
    denied: Object.entries(denied).map(([id, reason]) => ({id, reason})), storage, error,
  };
}

/** Leave the report at the server. */
export async function send(remote, device, report) {
  const _id = `_local/device-${device}`;
  const {_rev} = await remote.get(_id).catch((error) => {
    if (error.status === 404) return {};
    throw error;
  });
  await remote.put({_id, ...(_rev && {_rev}), ...report});
}
