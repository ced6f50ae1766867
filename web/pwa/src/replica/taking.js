// Takes a snapshot from the server into an overlay: blocks as they come, then what is no block, then the checkpoint.
import {BrokenSnapshot, ofReplication} from './errors.js';
import {Progress} from './progress.js';
import {ofStream} from './service.js';
import {linesOf, readSnapshot} from './snapshot_stream.js';

export const BATCH = 1000; // documents a request in ordinary replication; in a worker, so nobody waits for it
const WRITES_WAITING = 4; // blocks in memory only, while a slow disk takes earlier ones

/**
 * Fill an overlay from its record's snapshot. `onBlock` hears of every block once it can be read. What an earlier
 * attempt has stored of the same snapshot is not stored again. Rejects with BrokenSnapshot, Unreachable, Refused.
 */
export async function fill(overlay, {service, remote, tell, onBlock}) {
  if (overlay.record.phase === 'started') {
    await download(overlay, service, tell, onBlock);
    overlay.record = {...overlay.record, phase: 'stored'};
    await overlay.storage.update((state) => ({...state, next: overlay.record}));
  }
  await follow(overlay, remote);
}

async function download(overlay, service, tell, onBlock) {
  const {storage, number, record} = overlay;
  const answer = await service.body(record.path);
  if (!answer) throw new BrokenSnapshot(`the snapshot ${record.hash} is gone`);
  const stored = await storage.blockNumbers(number);
  const totals = {documents: record.count, bytes: record.bytes?.identity ?? null};
  const progress = new Progress('snapshot', tell, totals);
  const writes = [];
  let bytes = 0;
  let documents = overlay.base.size;
  let whole;
  try {
    whole = await readSnapshot(linesOf(answer.body), async (block, line) => {
      bytes += line.length + 1;
      if (!overlay.base.blocks.has(block.n)) overlay.add(block);
      if (!stored.has(block.n)) writes.push(storage.putBlock(number, block.n, line));
      documents = Math.max(documents, overlay.base.size);
      onBlock();
      progress.reach(documents, bytes);
      if (writes.length > WRITES_WAITING) await writes.shift();
    });
  } catch (error) {
    await Promise.allSettled(writes);
    throw ofStream(error, service.address);
  }
  await Promise.all(writes);
  if (whole.header.generation !== record.generation) throw new BrokenSnapshot('the snapshot is of another generation');
  await overlay.write(whole.leaves); // every leaf, so that PouchDB chooses the winner that the server chooses
  overlay.record = {...record, sequence: whole.header.sequence, apart: whole.header.apart ?? []};
  await overlay.catchUp();
}

/** Fetch what stands apart, then set the checkpoint the official way, which brings what is newer than the snapshot. */
async function follow(overlay, remote) {
  const {pouch, record} = overlay;
  try {
    if (record.apart?.length) {
      await pouch.replicate.from(remote, {doc_ids: record.apart, checkpoint: false, batch_size: BATCH});
    }
    const {last_seq} = await pouch.replicate.from(remote, {since: record.sequence, batch_size: BATCH});
    await overlay.catchUp();
    await overlay.movePosition({sequence: last_seq, generation: record.generation, replicated_at: Date.now()});
  } catch (error) {
    throw ofReplication(error, remote.name);
  }
}

/** Fill an overlay by ordinary replication: there is no snapshot. Goes on where it was interrupted. */
export async function replicate(overlay, {remote, tell, onBlock}) {
  const {pouch} = overlay;
  try {
    const {doc_count: documents} = await remote.info();
    const before = (await pouch.info()).doc_count;
    const progress = new Progress('replication', tell, {documents});
    const replication = pouch.replicate.from(remote, {batch_size: BATCH / 2});
    replication.on('change', ({docs_written}) => {
      progress.reach(before + docs_written);
      overlay.catchUp().then(onBlock, () => {}); // the last call below tells what goes wrong
    });
    const {last_seq} = await replication;
    await overlay.catchUp();
    await overlay.movePosition({sequence: last_seq, generation: null, replicated_at: Date.now()});
  } catch (error) {
    throw ofReplication(error, remote.name);
  }
}
