import assert from 'node:assert/strict';
import {test} from 'vitest';
import {change, newDraft, setQuantity} from '../../src/drafts/draft.js';
import {changesFor} from '../../src/drafts/merge.js';
import {ChoicesNeeded, leavesOf, settle} from '../../src/drafts/settle.js';
import {emptyDatabase} from '../pouchdb.js';
import {BOARD, HARBOUR, PHONE, TABLET} from '../samples.js';

/** A phone and a tablet that both changed the same draft and then met. */
async function conflict(onPhone, onTablet) {
  const [phone, tablet] = [emptyDatabase(), emptyDatabase()];
  const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '1', PHONE);
  await phone.put(draft);
  await phone.replicate.to(tablet);
  const id = draft._id;
  await phone.put(change(await phone.get(id), onPhone, PHONE));
  await tablet.put(change(await tablet.get(id), onTablet, TABLET));
  await meet(phone, tablet);
  return {phone, tablet, id};
}

async function meet(phone, tablet) {
  await phone.replicate.to(tablet);
  await tablet.replicate.to(phone);
}

test('two devices that merge the same versions write the same revision, so that no new conflict arises', async () => {
  const {phone, tablet, id} = await conflict({note: 'Gate 3'}, {po_number: '7'});
  const [one, other] = [await settle(phone, id), await settle(tablet, id)];
  assert.deepEqual(one, other);
  await meet(phone, tablet);
  for (const device of [phone, tablet]) {
    const [draft, ...more] = await leavesOf(device, id);
    assert.deepEqual([draft.note, draft.po_number, more], ['Gate 3', '7', []]);
  }
});

test('what cannot merge stays in both versions until somebody chooses', async () => {
  const {phone, tablet, id} = await conflict({note: 'a'}, {note: 'b'});
  const asked = await settle(phone, id).catch((error) => error);
  assert.ok(asked instanceof ChoicesNeeded);
  assert.equal((await leavesOf(phone, id)).length, 2);
  await settle(phone, id, {resolved: change(asked.merged, changesFor(asked.choices[0], 'a'), PHONE)});
  await meet(phone, tablet);
  const [draft, ...more] = await leavesOf(tablet, id);
  assert.deepEqual([draft.note, more], ['a', []]);
});

test('no version is deleted when the merge cannot be written', async () => {
  const {phone, id} = await conflict({note: 'Gate 3'}, {po_number: '7'});
  const broken = Object.create(phone, {put: {value: async () => { throw new Error('the storage is full'); }}});
  await assert.rejects(settle(broken, id), /storage is full/);
  assert.equal((await leavesOf(phone, id)).length, 2);
});
