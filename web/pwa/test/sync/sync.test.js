import assert from 'node:assert/strict';
import {setTimeout as taking} from 'node:timers/promises';
import {test} from 'vitest';
import {Sync} from '../../src/sync/sync.js';
import {emptyDatabase} from '../pouchdb.js';
import {PHONE, REP} from '../samples.js';

const ORDER = 'order:01KB4Q9V7M5X3E8RTW2D000003';
const LATER = 'order:01KB4Q9V7M5X3E8RTW2D000004';
const SLOW = 600; // milliseconds, longer than what is handed in waits for its push

/** A device with replicas, and the server's database. */
function device(...replicas) {
  const [local, remote] = [emptyDatabase(), emptyDatabase()];
  const identity = {rep: REP, device: PHONE.device};
  const sync = new Sync({local, remote, replicas, identity, app: 'test', whoAmI: async () => ({rep: REP}), lastStatus: () => 200});
  return {local, remote, sync, handIn: (_id) => local.put({_id, type: 'order', device: PHONE.device})};
}

/** Resolves when a document is in a database. */
async function arrived(database, id) {
  const feed = database.changes({since: 0, live: true, doc_ids: [id]});
  await new Promise((done) => feed.once('change', done));
  feed.cancel();
}

test('an order that is taken while the catalogue still comes is sent by itself, and so is the next one', async () => {
  const {remote, sync, handIn} = device({
    async refresh() {
      if (this.came) return;
      this.came = true;
      await handIn(ORDER);
      await taking(SLOW);
    },
  });
  await sync.start();
  await arrived(remote, ORDER);
  await handIn(LATER);
  await arrived(remote, LATER);
  await sync.stop();
});

test('an order that is taken while the catalogue still comes does not wait for the rest of it', async () => {
  const {remote, sync, handIn} = device({
    async refresh() {
      if (this.came) return;
      this.came = true;
      await handIn(ORDER);
      await arrived(remote, ORDER); // the catalogue is not here before
    },
  });
  await sync.start();
  assert.equal(sync.state.phase, 'live');
  await sync.stop();
});

test('a replica in trouble stops neither the others nor the receipts, and is told', async () => {
  const refreshed = [];
  const {local, remote, sync} = device(
    {refresh: async () => { throw new Error('customers answer 403'); }},
    {refresh: async () => { refreshed.push('ages'); }},
  );
  const {phase, error} = await sync.start();
  assert.deepEqual([phase, error, refreshed], ['failing', 'customers answer 403', ['ages']]);
  await remote.put({_id: 'receipt:01KB4Q9V7M5X3E8RTW2D000003', type: 'receipt'});
  await arrived(local, 'receipt:01KB4Q9V7M5X3E8RTW2D000003');
  await sync.stop();
});

test('whoever asks while a sync is under way gets one that begins afterwards', async () => {
  let asked = null;
  const {remote, sync, handIn} = device({
    async refresh() { // what is new has been pushed by then
      if (asked) return;
      await handIn(ORDER);
      asked = sync.syncNow();
    },
  });
  await sync.syncNow();
  await asked;
  assert.equal((await remote.get(ORDER))._id, ORDER);
});

test('a sync that was stopped begins no other one', async () => {
  let refreshed = 0;
  const {sync} = device({
    async refresh() {
      refreshed += 1;
      if (refreshed === 1) sync.syncNow();
    },
  });
  const first = sync.syncNow();
  await sync.stop();
  await first;
  await taking(50);
  assert.equal(refreshed, 1);
});
