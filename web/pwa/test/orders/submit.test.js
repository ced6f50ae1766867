import assert from 'node:assert/strict';
import {test} from 'vitest';
import {requestOf} from '../../src/customers/requests.js';
import {amendmentDraft, newDraft, setQuantity} from '../../src/drafts/draft.js';
import {leavesOf} from '../../src/drafts/settle.js';
import {cancellationOf} from '../../src/orders/order.js';
import {standing} from '../../src/orders/standing.js';
import {AlreadySubmitted, submit, submitAmendment, submitCancellation, submitRequest, submittedAs} from '../../src/orders/submit.js';
import {refused, rememberPush} from '../../src/outbox/offered.js';
import {emptyDatabase} from '../pouchdb.js';
import {BOARD, HARBOUR, PHONE, TABLET} from '../samples.js';

async function drafted(database) {
  const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '2', PHONE);
  await database.put(draft);
  return draft;
}

async function ids(database) {
  return (await database.allDocs()).rows.map(({id}) => id);
}

test('submitting leaves the order and no draft', async () => {
  const database = emptyDatabase();
  const draft = await drafted(database);
  const order = await submit(database, draft, 'order', PHONE);
  assert.deepEqual(await ids(database), [order._id]);
  assert.match(order._rev, /^1-/);
});

test('submitting again after a crash before the draft was deleted makes no second order', async () => {
  const database = emptyDatabase();
  const draft = await drafted(database);
  const dying = Object.create(database, {remove: {value: async () => { throw new Error('the tab was killed'); }}});
  await assert.rejects(submit(dying, draft, 'order', PHONE), /killed/);
  assert.equal((await submittedAs(database, draft)).total, '29.00');
  const order = await submit(database, draft, 'order', TABLET);
  assert.deepEqual([await ids(database), order.device], [[order._id], PHONE.device]);
});

test('a draft that was submitted elsewhere and changed here stays, and nothing is written', async () => {
  const database = emptyDatabase();
  const draft = await drafted(database);
  await submit(database, draft, 'order', PHONE);
  const changed = setQuantity(draft, BOARD, '9', TABLET);
  const {_rev: _, ...again} = changed;
  await database.put(again);
  await assert.rejects(submit(database, changed, 'order', TABLET), AlreadySubmitted);
  assert.deepEqual(await ids(database), [draft._id, draft._id.replace('draft', 'order')]);
  assert.equal((await submittedAs(database, draft)).total, '29.00');
});

test('amendments are numbered one after the other', async () => {
  const database = emptyDatabase();
  const order = await submit(database, await drafted(database), 'order', PHONE);
  for (const [number, by] of [[1, PHONE], [2, {...PHONE, at: TABLET.at}]]) {
    const draft = amendmentDraft(order, standing(order, []), by);
    await database.put(draft);
    assert.equal((await submitAmendment(database, draft, by))._id, `amend:${order._id.slice(6)}:${number}`);
  }
});

test('a change that is submitted again after a crash before the draft was deleted is written once', async () => {
  const database = emptyDatabase();
  const order = await submit(database, await drafted(database), 'order', PHONE);
  const draft = setQuantity(amendmentDraft(order, standing(order, []), PHONE), BOARD, '5', PHONE);
  await database.put(draft);
  const dying = Object.create(database, {remove: {value: async () => { throw new Error('the tab was killed'); }}});
  await assert.rejects(submitAmendment(dying, draft, {...PHONE, at: TABLET.at}), /killed/);
  const amendment = await submitAmendment(database, draft, {...PHONE, at: TABLET.at});
  assert.deepEqual(await ids(database), [amendment._id, order._id]);
});

test('submitting leaves no other version of the draft either', async () => {
  const database = emptyDatabase();
  const draft = await drafted(database);
  const stored = await database.get(draft._id);
  await database.put(setQuantity(stored, BOARD, '3', PHONE));
  await database.put(setQuantity(stored, BOARD, '4', TABLET), {force: true});
  const order = await submit(database, draft, 'order', PHONE);
  assert.deepEqual(await ids(database), [order._id]);
});

test('a withdrawal that the server refused is handed in again under its id, any other is written once', async () => {
  const database = emptyDatabase();
  const order = await submit(database, await drafted(database), 'order', PHONE);
  const first = await submitCancellation(database, cancellationOf(order._id, 'x'.repeat(501), PHONE));
  assert.equal((await submitCancellation(database, cancellationOf(order._id, 'Another tab', PHONE)))._rev, first._rev);
  await rememberPush(database, {sent: new Set(), denied: {[first._id]: 'too_long: reason'}, revisions: {[first._id]: first._rev}});
  const again = await submitCancellation(database, cancellationOf(order._id, 'Closed', PHONE));
  assert.deepEqual([again.reason, (await leavesOf(database, first._id)).length, await refused(database)], ['Closed', 2, {}]);
});

test('a request for a customer that the server refused is handed in again under its id, any other is written once', async () => {
  const database = emptyDatabase();
  const asked = (fields) => requestOf({name: 'Quayside Deli', ...fields}, '01KAXQ3V0000000000000000RB', PHONE);
  const first = await submitRequest(database, asked({}));
  assert.equal((await submitRequest(database, asked({})))._rev, first._rev);
  await rememberPush(database, {sent: new Set(), denied: {[first._id]: 'missing_field: city'}, revisions: {[first._id]: first._rev}});
  const again = await submitRequest(database, asked({city: 'Bath'}));
  assert.match(again._rev, /^1-/);
  assert.deepEqual([again.address, (await leavesOf(database, first._id)).length, await refused(database)], [{city: 'Bath'}, 2, {}]);
});
