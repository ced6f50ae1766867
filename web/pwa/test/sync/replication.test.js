import assert from 'node:assert/strict';
import {test} from 'vitest';
import {refused, unsent} from '../../src/outbox/offered.js';
import {push} from '../../src/sync/replication.js';
import {emptyDatabase} from '../pouchdb.js';
import {PHONE} from '../samples.js';

const ORDER = 'order:01KB4Q9V7M5X3E8RTW2D000003';
const LATER = 'order:01KB4Q9V7M5X3E8RTW2D000004';
const REASON = 'guard_error: this document cannot be checked';

/** A device with an order, and a server whose guard refuses what `guard.refuses` holds. */
async function device() {
  const [local, remote] = [emptyDatabase(), emptyDatabase()];
  const guard = {refuses: new Set([ORDER])};
  const guarded = Object.create(remote, {bulkDocs: {configurable: true, value: async ({docs, ...more}, options) => {
    const answers = await remote.bulkDocs({...more, docs: docs.filter(({_id}) => !guard.refuses.has(_id))}, options);
    const no = docs.filter(({_id}) => guard.refuses.has(_id));
    return [...answers, ...no.map(({_id}) => ({id: _id, error: 'forbidden', name: 'forbidden', reason: REASON, status: 403}))];
  }}});
  const handIn = (_id) => local.put({_id, type: 'order', device: PHONE.device});
  await handIn(ORDER);
  return {local, remote: guarded, guard, handIn, send: () => push(local, guarded, () => 200)};
}

const ids = async (database) => (await database.allDocs()).rows.map(({id}) => id);

test('what the guard refused is offered again at each push, until the server takes it', async () => {
  const {local, remote, guard, handIn, send} = await device();
  assert.deepEqual((await send()).denied, {[ORDER]: REASON});
  await handIn(LATER);
  assert.deepEqual(await send(), {sent: [LATER], denied: {[ORDER]: REASON}});
  assert.deepEqual(await refused(local), {[ORDER]: REASON});
  guard.refuses.clear();
  assert.deepEqual(await send(), {sent: [ORDER], denied: {}});
  assert.deepEqual([await ids(remote), await refused(local)], [[ORDER, LATER], {}]);
});

/** The same database on a device that loses its power once PouchDB has set its checkpoint, before the answers are kept. */
function killedAfterCheckpoint(local) {
  const to = (...given) => {
    const killed = local.replicate.to(...given).then(() => { throw new Error('killed'); });
    return Object.assign(killed, {on: () => killed});
  };
  return Object.create(local, {replicate: {value: {to}}});
}

test('a device that was killed before it kept a refusal hears it again, and shows no refused order as sent', async () => {
  const {local, remote, handIn, send} = await device();
  await handIn(LATER);
  await assert.rejects(push(killedAfterCheckpoint(local), remote, () => 200), /killed/);
  assert.deepEqual([await ids(remote), await refused(local)], [[LATER], {}]);
  assert.deepEqual((await send()).denied, {[ORDER]: REASON});
  assert.deepEqual([await refused(local), await unsent(local, PHONE.device)], [{[ORDER]: REASON}, {documents: [], drafts: []}]);
});

const TOO_LARGE = 'draft:01KB4Q9V7M5X3E8RTW2D000005';

test('a batch that is too large goes in halves, and one document that is too large holds nothing up', async () => {
  const [local, remote] = [emptyDatabase(), emptyDatabase()];
  const sizes = [];
  const narrow = Object.create(remote, {bulkDocs: {configurable: true, value: (batch, options) => {
    sizes.push(batch.docs.length);
    if (batch.docs.length <= 2 && !batch.docs.some(({_id}) => _id === TOO_LARGE)) return remote.bulkDocs(batch, options);
    return Promise.reject(Object.assign(new SyntaxError('Unexpected token <'), {name: 'SyntaxError'})); // what PouchDB makes of a 413
  }}});
  const orders = Array.from({length: 6}, (_, number) => `order:01KB4Q9V7M5X3E8RTW2D00001${number}`);
  for (const _id of [orders[0], TOO_LARGE, ...orders.slice(1)]) await local.put({_id, device: PHONE.device});
  const {denied} = await push(local, narrow, () => 413);
  assert.deepEqual([await ids(remote), Object.keys(denied)], [orders, [TOO_LARGE]]);
  assert.match((await refused(local))[TOO_LARGE], /^too_large: /);
  assert.deepEqual(await unsent(local, PHONE.device), {documents: [], drafts: []});
  assert.equal(sizes[0], 7);
});

test('a server that lost what it had gets everything again, and its own documents count as nobody\'s refusal', async () => {
  const {local, guard, send} = await device();
  guard.refuses.clear();
  await local.put({_id: 'receipt:01KB4Q9V7M5X3E8RTW2D000003', type: 'receipt'});
  await send();
  const restored = emptyDatabase(); // as an older backup has it: without the order, and without the checkpoint
  const guarded = Object.create(restored, {bulkDocs: {configurable: true, value: async ({docs, ...more}, options) => {
    const answers = await restored.bulkDocs({...more, docs: docs.filter(({_id}) => !_id.startsWith('receipt:'))}, options);
    const no = docs.filter(({_id}) => _id.startsWith('receipt:'));
    return [...answers, ...no.map(({_id}) => ({id: _id, error: 'forbidden', name: 'forbidden', reason: 'connector_only: no', status: 403}))];
  }}});
  await push(local, guarded, () => 200);
  assert.deepEqual([await ids(restored), await refused(local)], [[ORDER], {}]);
});
