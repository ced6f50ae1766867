import assert from 'node:assert/strict';
import {test} from 'vitest';
import {missing} from '../../src/outbox/readiness.js';

const now = Date.parse('2026-11-25T08:00:00Z');
const ready = {
  sync: {phase: 'live'}, unsent: 0, refused: 0, documents: {catalog: 18000, customers: 200}, stock: '2026-11-25T07:55:00Z',
  storage: {used: 30e6, quota: 2e9}, now,
};

const CASES = [
  ['everything is as it should be', {}, []],
  ['nobody knows how old stock is', {stock: undefined}, []],
  ['the browser tells nothing about storage', {storage: null}, []],
  ['something is unsent', {unsent: 1}, ['unsent']],
  ['something was refused', {refused: 1}, ['refused']],
  ['no server is in reach', {sync: {phase: 'offline'}}, ['offline']],
  ['the first sync has not brought anything', {sync: {phase: 'syncing'}, documents: {catalog: 0, customers: 0}}, ['syncing', 'catalog', 'customers']],
  ['stock is older than a day', {stock: '2026-11-24T07:00:00Z'}, ['old']],
  ['the device is full', {storage: {used: 1.99e9, quota: 2e9}}, ['space']],
];
for (const [what, facts, expected] of CASES) test(`when ${what}: ${expected}`, () => assert.deepEqual(missing({...ready, ...facts}), expected));
