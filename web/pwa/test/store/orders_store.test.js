import assert from 'node:assert/strict';
import {test} from 'vitest';
import {change, newDraft, setQuantity} from '../../src/drafts/draft.js';
import {leavesOf} from '../../src/drafts/settle.js';
import {orderOf} from '../../src/orders/order.js';
import {rememberPush} from '../../src/outbox/offered.js';
import {onlyHere, OrdersStore} from '../../src/store/orders_store.js';
import {emptyDatabase} from '../pouchdb.js';
import {BOARD, HARBOUR, PHONE, TABLET} from '../samples.js';

const [SENT, REFUSED, GONE, NEW] = ['1', '2', '3', '4'].map((last) => `order:01KB4Q9V7M5X3E8RTW2D00000${last}`);

async function opened(database = emptyDatabase()) {
  const store = new OrdersStore(database, PHONE.device);
  await store.open();
  return {database, store};
}

/** Resolves when the store's state is as it should be; hears of changes from the store itself. */
async function until(store, holds) {
  while (!holds(store.state)) await new Promise((done) => store.addEventListener('state', done, {once: true}));
  return store.state;
}

/** Two devices changed a draft without knowing of each other; the database has both versions. */
async function conflict(database, onPhone, onTablet) {
  const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '1', PHONE);
  await database.put(draft);
  const base = await database.get(draft._id);
  await database.put(change(base, onPhone, PHONE));
  await database.put(change(base, onTablet, TABLET), {force: true});
  return draft._id;
}

test('what a sign-out would lose is what is unsent and what the server refused, as long as it is stored', async () => {
  const database = emptyDatabase();
  const store = new OrdersStore(database, PHONE.device);
  await database.bulkDocs([SENT, REFUSED].map((_id) => ({_id, type: 'order', device: PHONE.device})));
  const {update_seq: sequence} = await database.info();
  await rememberPush(database, {sequence, sent: new Set([SENT]), denied: {[REFUSED]: 'wrong_total: no', [GONE]: 'wrong_total: no'}});
  await database.put({_id: NEW, type: 'order', device: PHONE.device});
  await store.open();
  assert.deepEqual(onlyHere(store.state), [NEW, REFUSED]);
  store.close();
});

test('drafts that two devices changed in different places are merged, though nobody opens them', async () => {
  const {database, store} = await opened();
  const id = await conflict(database, {note: 'Gate 3'}, {po_number: '7'});
  const {drafts: [draft], torn} = await until(store, ({drafts}) => drafts[0]?.note && drafts[0]?.po_number);
  assert.deepEqual([draft.note, draft.po_number, torn.size], ['Gate 3', '7', 0]);
  assert.equal((await leavesOf(database, id)).length, 1);
  store.close();
});

test('a draft that was merged here is unsent, though another device changed it last', async () => {
  const {database, store} = await opened();
  const id = await conflict(database, {note: 'Gate 3'}, {po_number: '7'});
  const {drafts: [draft], draftsUnsent} = await until(store, ({drafts}) => drafts[0]?.note && drafts[0]?.po_number);
  assert.deepEqual([draft.device, draftsUnsent], [TABLET.device, [id]]);
  await rememberPush(database, {sequence: (await database.info()).update_seq, sent: new Set([id]), denied: {}});
  await store.refresh();
  assert.deepEqual(store.state.draftsUnsent, []);
  store.close();
});

test('drafts that they changed in the same place are marked, and keep both versions', async () => {
  const {database, store} = await opened();
  const id = await conflict(database, {note: 'a'}, {note: 'b'});
  await until(store, ({torn}) => torn.has(id));
  assert.equal((await leavesOf(database, id)).length, 2);
  store.close();
});

test('a draft that outlived its own order in a crash goes, and one that says something else stays', async () => {
  const database = emptyDatabase();
  const drafts = ['2', '3'].map((quantity) => setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, quantity, PHONE));
  await database.bulkDocs(drafts.map((draft) => orderOf(draft, 'order', PHONE)));
  await database.bulkDocs([drafts[0], setQuantity(drafts[1], BOARD, '9', TABLET)]);
  const {store} = await opened(database);
  assert.deepEqual(store.state.drafts.map(({_id}) => _id), [drafts[1]._id]);
  assert.equal(store.state.orders.length, 2);
  await assert.rejects(database.get(drafts[0]._id), {status: 404});
  store.close();
});

test('of two versions of an order the one counts that the connector accepted, and the other is kept beside it', async () => {
  const database = emptyDatabase();
  const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '2', PHONE);
  const versions = [orderOf(draft, 'order', PHONE), orderOf(setQuantity(draft, BOARD, '9', TABLET), 'order', TABLET)];
  await database.bulkDocs(versions.map((version, index) => ({...version, _rev: `1-${'fa'[index].repeat(32)}`})), {new_edits: false});
  const {store} = await opened(database);
  assert.deepEqual(told(store), ['29.00', ['130.50']]);
  await database.put({_id: draft._id.replace('draft', 'receipt'), type: 'receipt', of: versions[0]._id, state: 'posted', revision: `1-${'a'.repeat(32)}`});
  await until(store, ({orders: [order]}) => order.where.outcome === 'posted');
  assert.deepEqual(told(store), ['130.50', ['29.00']]);
  store.close();
});

function told({state: {orders: [{document, others}]}}) {
  return [document.total, others.map(({document: other}) => other.total)];
}
