import assert from 'node:assert/strict';
import {test} from 'vitest';
import {lossBy, reportOf, send} from '../../src/sync/report.js';
import {codeOf, isStorageFull, phaseOf} from '../../src/sync/trouble.js';
import {emptyDatabase} from '../pouchdb.js';
import {AT, PHONE, REP} from '../samples.js';

const sync = {phase: 'live', error: null, code: null, at: AT.toISOString()};
const about = {identity: {rep: REP, device: PHONE.device}, app: 'test', at: AT, sync};

test('a report says what is unsent and since when, and what failed', async () => {
  const local = emptyDatabase();
  await local.put({_id: 'order:01KB4Q9V7M5X3E8RTW2D000003', device: PHONE.device, captured_at: '2026-11-25T10:00:00.000Z'});
  const failed = {...sync, error: 'QuotaExceededError', code: 'storage_full'};
  const report = await reportOf(local, {...about, sync: failed, facts: {clock_skew: 86400}});
  assert.deepEqual([report.unsent, report.oldest_unsent_at, report.phase, report.clock_skew], [1, '2026-11-25T10:00:00.000Z', 'failing', 86400]);
  assert.deepEqual(report.error, {code: 'storage_full', text: 'QuotaExceededError'});
});

test('the report that the server had tells of a loss, unless the rep had left', async () => {
  const [remote, held] = [emptyDatabase(), emptyDatabase()];
  for (const number of [1, 2, 3]) await held.put({_id: `draft:01KB4Q9V7M5X3E8RTW2D00000${number}`, device: PHONE.device});
  await send(remote, PHONE.device, await reportOf(held, about));
  const wiped = await reportOf(emptyDatabase(), about);
  const before = await send(remote, PHONE.device, wiped);
  assert.deepEqual(lossBy(before, wiped), {at: wiped.at, unsent: 0, drafts: 3, known_at: wiped.at});
  assert.equal(lossBy({...before, left_at: wiped.at}, wiped), null);
  assert.equal(lossBy(null, wiped), null);
});

const TROUBLES = [
  ['the browser has no room', {name: 'indexed_db_went_bad', status: 500, reason: 'QuotaExceededError'}, 'failing', 'storage_full'],
  ['a snapshot found no room', {name: 'QuotaExceededError'}, 'failing', 'storage_full'],
  ['nobody answers', {name: 'Unreachable'}, 'offline', 'other'],
  ['the session has ended', {status: 401}, 'sign_in', 'other'],
  ['the rep may not', {status: 403}, 'failing', 'refused'],
  ['the server is in trouble', {status: 503}, 'failing', 'server'],
];
for (const [what, error, phase, code] of TROUBLES) {
  test(`${what}: ${phase}, ${code}`, () => assert.deepEqual([phaseOf(error), codeOf(error)], [phase, code]));
}

test('only what is about room is storage that is full', () => assert.equal(isStorageFull(new Error('no')), false));
