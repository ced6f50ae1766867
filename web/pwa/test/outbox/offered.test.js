import assert from 'node:assert/strict';
import {test} from 'vitest';
import {refused, rememberPush, rememberTakenIn, repaired, takenIn, unsent} from '../../src/outbox/offered.js';
import {emptyDatabase} from '../pouchdb.js';

const ORDER = 'order:01KB4Q9V7M5X3E8RTW2D000003';
const DRAFT = 'draft:01KB4Q9V7M5X3E8RTW2D000004';

test('only what this device wrote and did not offer yet is unsent', async () => {
  const database = emptyDatabase();
  await database.bulkDocs([
    {_id: ORDER, device: 'phone-1'}, {_id: DRAFT, device: 'phone-1'}, {_id: ORDER.replace(/.$/, '9'), device: 'tablet-2'},
    {_id: 'receipt:01KB4Q9V7M5X3E8RTW2D000003'},
  ]);
  assert.deepEqual(await unsent(database, 'phone-1'), {documents: [ORDER], drafts: [DRAFT]});
  await rememberPush(database, {sequence: (await database.info()).update_seq, sent: new Set([ORDER, DRAFT]), denied: {}});
  assert.deepEqual(await unsent(database, 'phone-1'), {documents: [], drafts: []});
});

test('a refusal stays until the document is accepted after all', async () => {
  const database = emptyDatabase();
  await rememberPush(database, {sequence: 1, sent: new Set(), denied: {[ORDER]: 'wrong_total: no'}});
  await rememberPush(database, {sequence: 2, sent: new Set([DRAFT]), denied: {}});
  assert.deepEqual(await refused(database), {[ORDER]: 'wrong_total: no'});
  await rememberPush(database, {sequence: 3, sent: new Set([ORDER]), denied: {}});
  assert.deepEqual(await refused(database), {});
});

test('a refusal that comes while another document is put right is not forgotten', async () => {
  const database = emptyDatabase();
  const other = ORDER.replace(/.$/, '9');
  await rememberPush(database, {sent: new Set(), denied: {[ORDER]: 'wrong_total: no'}});
  await Promise.all([
    repaired(database, ORDER), rememberPush(database, {sequence: 7, sent: new Set(), denied: {[other]: 'wrong_total: no'}}),
    rememberTakenIn(database, [DRAFT]), rememberTakenIn(database, [other]),
  ]);
  assert.deepEqual([await refused(database), await takenIn(database)], [{[other]: 'wrong_total: no'}, new Set([DRAFT, other])]);
});
