import assert from 'node:assert/strict';
import {test} from 'vitest';
import {amendmentDraft, change, newDraft, repairDraft, setQuantity} from '../../src/drafts/draft.js';
import {leavesOf} from '../../src/drafts/settle.js';
import {standing} from '../../src/orders/standing.js';
import {submit, submitAmendment} from '../../src/orders/submit.js';
import {refused, unsent} from '../../src/outbox/offered.js';
import {isRival} from '../../src/outbox/versions.js';
import {OrdersStore} from '../../src/store/orders_store.js';
import {pull, push} from '../../src/sync/replication.js';
import {emptyDatabase} from '../pouchdb.js';
import {BOARD, HARBOUR, PHONE, TABLET} from '../samples.js';

const REASON = 'missing_field: po_number is missing';

/** A server whose guard wants a PO number on every order, and never takes a second revision. */
function server() {
  const remote = emptyDatabase();
  return Object.create(remote, {bulkDocs: {value: async ({docs, ...more}, options) => {
    const no = docs.filter(({_id, po_number: number}) => _id.startsWith('order:') && !number);
    const answers = await remote.bulkDocs({...more, docs: docs.filter((doc) => !no.includes(doc))}, options);
    return [...answers, ...no.map(({_id, _rev}) => ({id: _id, rev: _rev, error: 'forbidden', name: 'forbidden', reason: REASON, status: 403}))];
  }}});
}

async function taken(local, by = PHONE) {
  const draft = setQuantity(newDraft(HARBOUR, 'USD', by), BOARD, '2', by);
  await local.put(draft);
  return submit(local, draft, 'order', by);
}

async function putRight(local, order, fields, by = PHONE) {
  const draft = change(repairDraft(order, by), fields, by);
  await local.put(draft);
  return submit(local, await local.get(draft._id), 'order', by);
}

const send = (local, remote) => push(local, remote, () => 200);

test('a refused order that was put right goes up under its own id, and the refused version stays here', async () => {
  const [local, remote] = [emptyDatabase(), server()];
  const order = await taken(local);
  assert.deepEqual((await send(local, remote)).denied, {[order._id]: REASON});
  const again = await putRight(local, order, {po_number: 'PO 7'});
  assert.equal(again._id, order._id);
  assert.match(again._rev, /^1-/);
  assert.deepEqual([await refused(local), (await unsent(local, PHONE.device)).documents], [{}, [order._id]]);
  const {sent, denied} = await send(local, remote);
  assert.ok(sent.includes(order._id));
  assert.deepEqual([denied, await refused(local), (await leavesOf(local, order._id)).length], [{}, {}, 2]);
  assert.deepEqual((await leavesOf(remote, order._id)).map(({po_number: number}) => number), ['PO 7']);
  assert.deepEqual(await send(local, remote), {sent: [], denied: {}});
});

test('an order that was put right wrongly is refused again, and can be put right again', async () => {
  const [local, remote] = [emptyDatabase(), server()];
  const order = await taken(local);
  await send(local, remote);
  const second = await putRight(local, order, {note: 'no number'});
  assert.deepEqual((await send(local, remote)).denied, {[order._id]: REASON});
  assert.deepEqual(await refused(local), {[order._id]: REASON});
  await putRight(local, second, {po_number: 'PO 7'});
  await send(local, remote);
  assert.deepEqual(await refused(local), {});
  assert.deepEqual((await leavesOf(remote, order._id)).map(({po_number: number}) => number), ['PO 7']);
});

test('a refused order that is submitted again unchanged is offered again, and never passes for sent', async () => {
  const [local, remote] = [emptyDatabase(), server()];
  const order = await taken(local);
  await send(local, remote);
  await putRight(local, order, {});
  assert.deepEqual((await unsent(local, PHONE.device)).documents, [order._id]);
  assert.deepEqual((await send(local, remote)).denied, {[order._id]: REASON});
  assert.deepEqual(await refused(local), {[order._id]: REASON});
});

test('putting right twice after a crash before the draft was deleted makes one version', async () => {
  const [local, remote] = [emptyDatabase(), server()];
  const order = await taken(local);
  await send(local, remote);
  const draft = change(repairDraft(order, PHONE), {po_number: 'PO 7'}, PHONE);
  await local.put(draft);
  const dying = Object.create(local, {remove: {value: async () => { throw new Error('the tab was killed'); }}});
  await assert.rejects(submit(dying, draft, 'order', PHONE), /killed/);
  await submit(local, draft, 'order', TABLET);
  assert.equal((await leavesOf(local, order._id)).length, 2);
});

test('of two changes that two devices made apart the first one counts, and the other is shown beside it', async () => {
  const [phone, tablet] = [emptyDatabase(), emptyDatabase()];
  const remote = onceOnly(emptyDatabase());
  const order = await taken(phone);
  await send(phone, remote);
  await pull(tablet, remote);
  await changed(phone, order, '3', PHONE);
  const late = await changed(tablet, order, '9', TABLET);
  await send(phone, remote);
  assert.deepEqual(Object.keys((await send(tablet, remote)).denied), [late._id]);
  await pull(tablet, remote);
  await send(tablet, remote);
  const store = new OrdersStore(tablet, TABLET.device);
  await store.open();
  const [{later: [counts], others}] = store.state.orders;
  assert.deepEqual([counts.lines[0].quantity, store.state.refused], ['3', {}]);
  assert.deepEqual(others.map(({document, refused: reason}) => [document.lines[0].quantity, isRival({refused: reason})]), [['9', true]]);
  store.close();
});

async function changed(local, order, quantity, by) {
  const draft = setQuantity(amendmentDraft(order, standing(order, []), by), BOARD, quantity, by);
  await local.put(draft);
  return submitAmendment(local, draft, by);
}

/** A server whose guard takes no second version of anything that was handed in. */
function onceOnly(remote) {
  return Object.create(remote, {bulkDocs: {value: async ({docs, ...more}, options) => {
    const {rows} = await remote.allDocs({keys: docs.map(({_id}) => _id)});
    const no = docs.filter(({_id, _rev}, at) => !_id.startsWith('draft:') && rows[at].value && rows[at].value.rev !== _rev);
    const answers = await remote.bulkDocs({...more, docs: docs.filter((doc) => !no.includes(doc))}, options);
    return [...answers, ...no.map(({_id, _rev}) => ({id: _id, rev: _rev, error: 'forbidden', name: 'forbidden', reason: 'write_once: never changed', status: 403}))];
  }}});
}

test('what another device handed in instead counts, and nobody is asked to repair any more', async () => {
  const [phone, tablet, remote] = [emptyDatabase(), emptyDatabase(), server()];
  const order = await taken(phone);
  await send(phone, remote);
  const draft = change(repairDraft(order, PHONE), {po_number: 'PO 7'}, PHONE);
  await phone.put(draft);
  await send(phone, remote);
  await pull(tablet, remote);
  await submit(tablet, await tablet.get(draft._id), 'order', TABLET);
  await send(tablet, remote);
  await pull(phone, remote);
  await send(phone, remote);
  assert.deepEqual(await refused(phone), {});
  const store = new OrdersStore(phone, PHONE.device);
  await store.open();
  const [{document, where, others}] = store.state.orders;
  assert.deepEqual([document.device, where.place, others.map(({refused: reason}) => reason)], [TABLET.device, 'server', [REASON]]);
  store.close();
});
