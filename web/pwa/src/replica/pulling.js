// Brings what is new on the server into an overlay: the delta in one request, or ordinary replication.
import {ofReplication, ServerTrouble} from './errors.js';
import {BATCH} from './taking.js';

/** Ordinary replication runs this often besides the delta: it moves PouchDB's own checkpoint along. */
export const REPLICATION_EVERY = 24 * 60 * 60 * 1000; // milliseconds

/** The server's database is another one now: it was made anew, or something was purged from it. */
export class NewGeneration extends Error {
  name = 'NewGeneration';
}

/**
 * Pull by delta. Resolves to how many documents came, or to null where the server has no delta (now).
 * Rejects with NewGeneration when the base is of no use any more.
 */
export async function pullDelta(overlay, {service, remote}) {
  let documents = 0;
  for (;;) {
    const {sequence, generation} = await overlay.position();
    if (sequence === undefined) return null;
    const page = await service.delta(sequence).catch((error) => {
      if (error instanceof ServerTrouble) return null; // ordinary replication does this once
      throw error;
    });
    if (!page) return null;
    if (generation && page.generation !== generation) throw new NewGeneration();
    const changed = page.results.filter(({id}) => !id.startsWith('_design/'));
    documents += changed.length;
    // This order makes it safe to be killed: what is not on record as read is read again.
    await overlay.write(changed.filter((each) => !hasAttachments(each)).flatMap(({leaves}) => leaves));
    const apart = changed.filter(hasAttachments).map(({id}) => id);
    if (apart.length) await pullOnly(overlay, remote, apart);
    if (changed.length) await overlay.catchUp();
    if (page.last_sequence !== sequence || !generation) {
      await overlay.movePosition({sequence: page.last_sequence, generation: page.generation});
    }
    if (!page.pending || page.last_sequence === sequence) return documents;
  }
}

// A delta holds stubs of attachments only, which PouchDB cannot store without the attachment itself.
function hasAttachments({leaves}) {
  return leaves.some(({_attachments}) => _attachments);
}

/** Pull these documents with their attachments. */
export async function pullOnly(overlay, remote, ids) {
  try {
    await overlay.pouch.replicate.from(remote, {doc_ids: ids, checkpoint: false, batch_size: BATCH});
  } catch (error) {
    throw ofReplication(error, remote.name);
  }
}

/** Pull by ordinary replication; resolves to how many documents came. */
export async function pullOrdinarily(overlay, remote, now) {
  try {
    const {last_seq, docs_written} = await overlay.pouch.replicate.from(remote, {batch_size: BATCH});
    await overlay.catchUp();
    await overlay.movePosition({sequence: last_seq, replicated_at: now});
    return docs_written;
  } catch (error) {
    throw ofReplication(error, remote.name);
  }
}
