// Brings the rep's own edits to the server, and nothing else: what a server sent is never offered back to it.
import {ofReplication} from './errors.js';
import {BATCH} from './taking.js';

/**
 * Push these edits ({id: {at, refused}}, each one already made) but for those that the server has refused; resolves to
 * {pushed, refused: {id: reason}}.
 */
export async function push(overlay, remote, noted) {
  const {storage, pouch} = overlay;
  const edits = new Map([...noted].filter(([, {refused}]) => !refused));
  if (!edits.size) return {pushed: 0, refused: {}};
  const refused = {};
  const options = {doc_ids: [...edits.keys()], checkpoint: false, batch_size: BATCH};
  let pushed;
  try {
    const replication = pouch.replicate.to(remote, options);
    replication.on('denied', ({id, reason, message, name}) => { refused[id] = String(reason ?? message ?? name); });
    pushed = (await replication).docs_written;
  } catch (error) {
    throw ofReplication(error, remote.name);
  }
  for (const [id, {at}] of edits) {
    if (id in refused) await storage.refuseEdit(id, refused[id]);
    else await storage.forgetEdit(id, at);
  }
  return {pushed, refused};
}
