import assert from 'node:assert/strict';
import {test} from 'vitest';
import {orderList, refusal, whereabouts} from '../../src/outbox/whereabouts.js';

const ULID = '01KB4Q9V7M5X3E8RTW2D000003';
const order = {_id: `order:${ULID}`, type: 'order', captured_at: '2026-11-25T16:00:00Z'};
const amendment = {_id: `amend:${ULID}:1`, type: 'amendment', order: order._id, captured_at: '2026-11-25T17:00:00Z'};
const reason = {code: 'unknown_product', text: 'QuickBooks does not know “Chai”.', who: 'office'};
const estimate = {id: '9', number: '1042', status: 'Accepted'};
const where = ({receipt, unsent = [], refused = {}, later = [], changed}) => whereabouts(order, {
  receipts: new Map([...(receipt ? [[order._id, receipt]] : []), ...(changed ? [[amendment._id, changed]] : [])]),
  unsent: new Set(unsent), refused, later,
});

const PLACES = [
  ['it was not offered to the server', {unsent: [order._id]}, 'device'],
  ['the server has it', {}, 'server'],
  ['the connector has read it', {receipt: {state: 'received'}}, 'server'],
  ['it will be tried again', {receipt: {state: 'waiting', reason}}, 'server'],
  ['it is posted', {receipt: {state: 'posted', estimate}}, 'quickbooks'],
  ['it was posted and then waits with a change', {receipt: {state: 'waiting', estimate}}, 'quickbooks'],
  ['it was withdrawn before it was posted', {receipt: {state: 'cancelled'}}, 'quickbooks'],
  ['the office made an invoice of it', {receipt: {state: 'converted', estimate}}, 'quickbooks'],
  ['it is parked', {receipt: {state: 'parked', reason}}, 'attention'],
  ['it is held', {receipt: {state: 'held', reason}}, 'attention'],
  ['the guard refused it', {unsent: [], refused: {[order._id]: 'wrong_total: the total is wrong'}}, 'attention'],
  ['a change of it is parked', {receipt: {state: 'posted', estimate}, later: [amendment], changed: {state: 'parked', reason}}, 'attention'],
];
for (const [what, facts, place] of PLACES) test(`when ${what}, it is at: ${place}`, () => assert.equal(where(facts).place, place));

test('a posted order tells its estimate', () => {
  const told = where({receipt: {state: 'posted', estimate, number: 'RB-TW2D000003'}});
  assert.deepEqual([told.estimate, told.status, told.number], ['1042', 'Accepted', 'RB-TW2D000003']);
});

test('a change that is not sent yet is told beside the order', () => {
  const told = where({receipt: {state: 'posted', estimate}, later: [amendment], unsent: [amendment._id]});
  assert.deepEqual([told.place, told.change.place, told.change.what], ['quickbooks', 'device', 'amendment']);
});

test('a parked change tells why and who must act', () => {
  assert.deepEqual(where({receipt: {state: 'posted', estimate}, later: [amendment], changed: {state: 'parked', reason}}).reason, reason);
});

test("the guard's words become a reason that the rep acts on", () => {
  assert.deepEqual(refusal('wrong_total: the total is wrong'), {code: 'wrong_total', text: 'the total is wrong', who: 'rep'});
  assert.equal(refusal('guard_error: this document cannot be checked').who, 'admin');
  assert.equal(refusal('no_new_customers: the office adds customers; ask it for this one').who, 'office');
  assert.deepEqual(refusal('nothing known'), {code: 'refused', text: 'nothing known', who: 'rep'});
});

test('the list has the newest order first', () => {
  const newer = {...order, _id: 'order:01KB4Q9V7M5X3E8RTW2D000004', captured_at: '2026-11-25T18:00:00Z'};
  const receipt = {_id: `receipt:${ULID}`, type: 'receipt', of: order._id, state: 'posted', estimate};
  const list = orderList([order, receipt, amendment, newer], {unsent: new Set([newer._id]), refused: {}});
  assert.deepEqual(list.map(({where: {place}, later}) => [place, later.length]), [['device', 0], ['quickbooks', 1]]);
});
