import assert from 'node:assert/strict';
import {test} from 'vitest';
import {lastStanding} from '../../src/orders/standing.js';

const order = (_id) => ({_id, type: 'order', kind: 'order', lines: [{quantity: '2'}]});
const amendment = (of, number, quantity) => ({type: 'amendment', order: of, number, lines: [{quantity}]});
const withdrawal = (of) => ({type: 'cancellation', order: of});

test('the last order is the newest that was not withdrawn, as it was changed', () => {
  const {document, stands} = lastStanding([
    {document: order('order:3'), later: [withdrawal('order:3')]},
    {document: order('order:2'), later: [amendment('order:2', 2, '9'), amendment('order:2', 1, '5')]},
    {document: order('order:1'), later: []},
  ]);
  assert.deepEqual([document._id, stands.lines], ['order:2', [{quantity: '9'}]]);
});

test('there is none where all were withdrawn', () => {
  assert.equal(lastStanding([{document: order('order:3'), later: [withdrawal('order:3')]}]), undefined);
});
