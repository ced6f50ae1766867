import assert from 'node:assert/strict';
import {test} from 'vitest';
import {change, newDraft, setQuantity} from '../../src/drafts/draft.js';
import {leavesOf, settle} from '../../src/drafts/settle.js';
import {aboutFile} from '../../src/export/sealed.js';
import {exportFile, importFile} from '../../src/export/unsent_file.js';
import {refused, refusedRevisions, rememberPush, repaired, unsent} from '../../src/outbox/offered.js';
import {push} from '../../src/sync/replication.js';
import {emptyDatabase} from '../pouchdb.js';
import {AT, BOARD, HARBOUR, PHONE, REP, SCREWS, TABLET} from '../samples.js';

const IDENTITY = {rep: REP, name: 'bob', device: PHONE.device};
const ORDER = 'order:01KB4Q9V7M5X3E8RTW2D000003';
const REFUSED = 'order:01KB4Q9V7M5X3E8RTW2D000004';
const PASSPHRASE = 'correct horse battery';

/** A device with an order, one that the server refused, and a draft; the file of them. */
async function saved() {
  const local = emptyDatabase();
  await local.put({_id: ORDER, type: 'order', rep: REP, device: PHONE.device});
  await local.put({_id: REFUSED, type: 'order', rep: REP, device: PHONE.device});
  await rememberPush(local, {sequence: undefined, sent: new Set(), denied: {[REFUSED]: 'wrong_total: no'}});
  const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '2', PHONE);
  await local.put(draft);
  const file = await exportFile(local, [ORDER, REFUSED, draft._id], IDENTITY, PASSPHRASE, AT);
  return {local, draft, file};
}

test('a file is readable with its passphrase only, and says whose it is without one', async () => {
  const {file} = await saved();
  assert.ok(!file.includes('Harbour') && !file.includes(ORDER));
  const {rep, account, device, documents, made_at} = aboutFile(file);
  assert.deepEqual([rep, account, device, documents, made_at], [REP, 'bob', PHONE.device, 3, AT.toISOString()]);
  await assert.rejects(importFile(emptyDatabase(), file, REP, 'another passphrase'), {code: 'wrong_passphrase'});
});

test('on another device everything is there with its revisions, unsent until it is sent', async () => {
  const {local, draft, file} = await saved();
  const tablet = emptyDatabase();
  assert.deepEqual(await importFile(tablet, file, REP, PASSPHRASE), [ORDER, REFUSED, draft._id]);
  assert.deepEqual(await unsent(tablet, TABLET.device), {documents: [ORDER, REFUSED], drafts: [draft._id]});
  assert.equal((await tablet.get(ORDER))._rev, (await local.get(ORDER))._rev);
  assert.deepEqual(await refused(tablet), {[REFUSED]: 'wrong_total: no'});
  await push(tablet, emptyDatabase(), () => 200);
  assert.deepEqual(await unsent(tablet, TABLET.device), {documents: [], drafts: []});
});

test('of an order that was refused and put right, the file holds what was put right', async () => {
  const {local} = await saved();
  const {_rev: before} = await local.get(REFUSED);
  await rememberPush(local, {sent: new Set(), denied: {[REFUSED]: 'wrong_total: no'}, revisions: {[REFUSED]: before}});
  const right = `1-${'0'.repeat(32)}`;
  await local.bulkDocs([{_id: REFUSED, _rev: right, type: 'order', rep: REP, device: PHONE.device, total: '1.00'}], {new_edits: false});
  await repaired(local, REFUSED);
  const tablet = emptyDatabase();
  await importFile(tablet, await exportFile(local, [REFUSED], IDENTITY, PASSPHRASE, AT), REP, PASSPHRASE);
  assert.deepEqual((await leavesOf(tablet, REFUSED)).map(({_rev}) => _rev), [right]);
  assert.deepEqual(await refused(tablet), {});
});

test('what a device knows of refused versions stays when it takes a file in, and the file adds to it', async () => {
  const {local, file} = await saved();
  const tablet = emptyDatabase();
  await rememberPush(tablet, {sent: new Set(), denied: {[ORDER]: 'wrong_total: no'}, revisions: {[ORDER]: '1-a'}});
  await importFile(tablet, file, REP, PASSPHRASE);
  const {_rev: rev} = await local.get(REFUSED);
  assert.deepEqual(await refusedRevisions(tablet), {[ORDER]: {'1-a': 'wrong_total: no'}, [REFUSED]: {[rev]: 'wrong_total: no'}});
});

test('taken in twice it changes nothing', async () => {
  const {file} = await saved();
  const tablet = emptyDatabase();
  await importFile(tablet, file, REP, PASSPHRASE);
  await push(tablet, emptyDatabase(), () => 200);
  await importFile(tablet, file, REP, PASSPHRASE);
  assert.deepEqual(await unsent(tablet, TABLET.device), {documents: [], drafts: []});
});

test('a draft that was changed elsewhere meanwhile is merged as any other', async () => {
  const {local, draft, file} = await saved();
  const tablet = emptyDatabase();
  const before = await local.get(draft._id);
  await tablet.bulkDocs([await local.get(draft._id, {revs: true})], {new_edits: false});
  await tablet.put({...setQuantity(before, SCREWS, '4', TABLET)});
  await local.put(change(before, {note: 'Gate 3'}, PHONE));
  const later = await exportFile(local, [draft._id], IDENTITY, PASSPHRASE, AT);
  for (const each of [file, later]) await importFile(tablet, each, REP, PASSPHRASE);
  const merged = await settle(tablet, draft._id);
  assert.deepEqual([merged.lines.length, merged.note], [2, 'Gate 3']);
});

const NOT_OURS = [
  ['text', 'Dear diary', 'not_an_export'],
  ['another JSON', '{"format": "holiday"}', 'not_an_export'],
  ['a version to come', JSON.stringify({format: 'roadbook-unsent', version: 2, sealed: ''}), 'newer'],
];
for (const [what, text, code] of NOT_OURS) {
  test(`${what} is refused as ${code}`, () => assert.rejects(importFile(emptyDatabase(), text, REP, PASSPHRASE), {code}));
}

test('another rep’s file is refused, and a name that was put on it afterwards does not help', async () => {
  const {file} = await saved();
  const another = 'ranother22222222';
  const database = emptyDatabase();
  await assert.rejects(importFile(database, file, another, PASSPHRASE), {code: 'another_rep'});
  const forged = file.replace(`"rep": "${REP}"`, `"rep": "${another}"`);
  assert.notEqual(forged, file);
  await assert.rejects(importFile(database, forged, another, PASSPHRASE), {code: 'wrong_passphrase'});
  assert.equal((await database.allDocs()).rows.length, 0);
});
