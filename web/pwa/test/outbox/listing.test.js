import assert from 'node:assert/strict';
import {test} from 'vitest';
import {counts, listed} from '../../src/outbox/listing.js';

const entry = (number, {name = 'Harbour Joinery', kind = 'order', later = [], ...where} = {}) => ({
  document: {_id: `order:${number}`, type: 'order', kind, customer: {name}, lines: [{name: 'Oak board 2 m'}], charges: [], total: '1.00'},
  later, where: {place: 'quickbooks', outcome: 'posted', number: `RB-${number}`, estimate: null, change: null, ...where},
});
const posted = entry('1', {estimate: '1042'});
const waiting = entry('2', {place: 'server', outcome: 'waiting'});
const stuck = entry('3', {place: 'attention', outcome: 'parked'});
const quote = entry('4', {kind: 'quote', name: 'Café Ærø'});
const approved = entry('5', {kind: 'quote', later: [{type: 'amendment', kind: 'order', order: 'order:5', number: 1, lines: [], charges: []}]});
const changing = entry('6', {change: {place: 'device'}});
const orders = [posted, waiting, stuck, quote, approved, changing];
const draft = {_id: 'draft:1', customer: {name: 'Harbour Joinery'}};
const torn = {_id: 'draft:2', customer: {name: 'Café Ærø'}};
const state = {orders, drafts: [draft, torn], torn: new Set([torn._id]), refused: {}};
const found = (filter, typed = '') => {
  const {orders: found, drafts} = listed(state, filter, typed);
  return [...found.map(({where: {number}}) => number.slice(3)), ...drafts.map(({_id}) => _id)].join(' ');
};

test('all are all', () => assert.equal(found('all'), '1 2 3 4 5 6 draft:1 draft:2'));
test('open is what is still under way', () => assert.equal(found('open'), '2 3 4 6 draft:1 draft:2'));
test('attention is what somebody must look at', () => assert.equal(found('attention'), '3 draft:2'));
test('a draft that the server refused needs attention too', () => {
  assert.deepEqual(listed({...state, refused: {[draft._id]: 'too_large: no'}}, 'attention', '').drafts, [draft, torn]);
});
test('each filter says how many there are', () => assert.deepEqual(counts(state), {all: 8, open: 6, attention: 2}));

for (const [typed, expected] of [['cafe', '4 draft:2'], ['1042', '1'], ['rb-3', '3'], ['oak board', '1 2 3 4 5 6'], ['harbour rb-2', '2'], ['nobody', '']]) {
  test(`“${typed}” finds ${expected || 'nothing'}`, () => assert.equal(found('all', typed), expected));
}

test('an order that gets its number is found by it', () => {
  assert.equal(found('all', '1099'), '');
  const moved = {...waiting, where: {...waiting.where, estimate: '1099'}};
  assert.equal(listed({...state, orders: [moved]}, 'all', '1099').orders.length, 1);
});
