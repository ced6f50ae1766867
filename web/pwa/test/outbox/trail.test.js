import assert from 'node:assert/strict';
import {test} from 'vitest';
import {orderList} from '../../src/outbox/whereabouts.js';
import {trailOf} from '../../src/outbox/trail.js';

const ULID = '01KB4Q9V7M5X3E8RTW2D000003';
const order = {_id: `order:${ULID}`, type: 'order', device: 'phone-1', captured_at: '2026-11-25T16:00:00Z'};
const change = {_id: `amend:${ULID}:1`, type: 'amendment', order: order._id, kind: 'order', device: 'tablet-2', captured_at: '2026-11-25T17:00:00Z'};
const receipt = (of, more) => ({_id: `receipt:${of}`, type: 'receipt', of, received_at: '2026-11-25T16:30:00Z', changed_at: '2026-11-25T16:31:00Z', ...more});
const reason = {code: 'unknown_product', text: 'QuickBooks does not know “Chai”.', who: 'office'};

function trail(documents, {unsent = [], refused = {}} = {}) {
  const [entry] = orderList(documents, {unsent: new Set(unsent), refused});
  return trailOf(entry, {unsent, refused}).map(({code, what, at}) => [code, what, at?.slice(11, 16) ?? null]);
}

test('what was just taken waits for a network', () => {
  assert.deepEqual(trail([order], {unsent: [order._id]}), [['taken', 'order', '16:00'], ['unsent', 'order', null]]);
});

test('what was sent waits for the connector', () => assert.deepEqual(trail([order]).at(-1), ['sent', 'order', null]));

test('what was refused says so', () => {
  assert.deepEqual(trail([order], {refused: {[order._id]: 'wrong_total: no'}}).at(-1), ['refused', 'order', null]);
});

test('a posted order has its three times', () => {
  assert.deepEqual(trail([order, receipt(order._id, {state: 'posted', posted_at: '2026-11-25T16:31:00Z', estimate: {number: '1042'}})]),
    [['taken', 'order', '16:00'], ['received', 'order', '16:30'], ['posted', 'order', '16:31']]);
});

for (const state of ['parked', 'held', 'waiting', 'cancelled', 'converted', 'amended']) {
  test(`an order that is ${state} says when that became so`, () => {
    assert.deepEqual(trail([order, receipt(order._id, {state, reason})]).at(-1), [state, 'order', '16:31']);
  });
}

test('a change stands among the order’s steps where it happened, and what is still to come is last', () => {
  const posted = receipt(order._id, {state: 'amended', posted_at: '2026-11-25T16:31:00Z', changed_at: '2026-11-25T17:10:00Z'});
  const steps = trail([order, change, posted], {unsent: [change._id]});
  assert.deepEqual(steps.map(([code, what]) => `${what} ${code}`),
    ['order taken', 'order received', 'order posted', 'amendment taken', 'order amended', 'amendment unsent']);
});
