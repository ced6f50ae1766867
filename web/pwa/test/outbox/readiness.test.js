import assert from 'node:assert/strict';
import {test} from 'vitest';
import {conditions, KINDS, signInEnds} from '../../src/outbox/readiness.js';

const now = Date.parse('2026-11-25T08:00:00Z');
const recently = '2026-11-25T07:55:00Z';
const ready = {
  sync: {phase: 'live', signed_in_at: recently}, unsent: 0, refused: 0, documents: {catalog: 18000, customers: 200},
  confirmed: Object.fromEntries(KINDS.map((kind) => [kind, recently])), storage: {used: 30e6, quota: 2e9, persisted: true}, kept: true,
  clock: {wrong: false}, now,
};

const CASES = [
  ['everything is as it should be', {}, []],
  ['nobody knows how old stock is', {confirmed: {...ready.confirmed, stock: undefined}}, ['stock: unknown_age']],
  ['the browser tells nothing about storage', {storage: null}, ['space: unknown_space', 'persisted: not_persisted']],
  ['the browser may delete what is stored', {storage: {...ready.storage, persisted: false}}, ['persisted: not_persisted']],
  ['something is unsent', {unsent: 1}, ['unsent: unsent']],
  ['something was refused', {refused: 1}, ['refused: refused']],
  ['no server is in reach', {sync: {...ready.sync, phase: 'offline'}}, ['synced: offline']],
  ['nothing has come', {sync: {...ready.sync, phase: 'syncing'}, documents: {catalog: 0, customers: 0}}, ['synced: syncing', 'documents: catalog']],
  ['the territory is empty', {documents: {catalog: 1, customers: 0}}, ['documents: customers']],
  ['stock is older than a day', {confirmed: {...ready.confirmed, stock: '2026-11-24T07:00:00Z'}}, ['stock: old']],
  ['the device is full', {storage: {used: 1.99e9, quota: 2e9, persisted: true}}, ['space: space']],
  ['the app itself is not kept', {kept: false}, ['kept: not_kept']],
  ['the sign-in ends tomorrow', {sync: {phase: 'live', signed_in_at: '2026-11-12T20:00:00Z'}}, ['sign_in: sign_in']],
  ['the clock is wrong', {clock: {wrong: true}}, ['clock: clock']],
];
for (const [what, facts, expected] of CASES) {
  test(`when ${what}: ${expected.join(', ') || 'ready'}`, () => {
    const found = conditions({...ready, ...facts}).filter(({ok}) => !ok).map((each) => `${each.what}: ${each.why}`);
    assert.deepEqual(found, expected);
  });
}

test('a sign-in is good for less than two weeks after the server last knew it', () => {
  assert.equal((signInEnds(recently) - Date.parse(recently)) / 86_400_000, 12.6);
  assert.equal(signInEnds(null), null);
});
