import assert from 'node:assert/strict';
import {test} from 'vitest';
import {change, newDraft, remove, setQuantity} from '../../src/drafts/draft.js';
import {changesFor, merge} from '../../src/drafts/merge.js';
import {BOARD, HARBOUR, PHONE, SCREWS, TABLET, text} from '../samples.js';

const LINE = `lines/${BOARD._id}`;
const common = () => setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '1', PHONE);

/** Both devices merge the same two versions, each in its own order, to the same body. */
function merged(left, right) {
  const [one, other] = [{...left, _rev: '2-a'}, {...right, _rev: '2-b'}];
  const result = merge([one, other]);
  assert.equal(text(merge([other, one])), text(result));
  return result;
}

test('changes of different fields are both kept', () => {
  const draft = common();
  const {merged: body, choices} = merged(change(draft, {note: 'Gate 3'}, PHONE), change(draft, {[`${LINE}/quantity`]: '5'}, TABLET));
  assert.deepEqual([body.note, body.lines[0].quantity, choices], ['Gate 3', '5', []]);
});

test('different products on two devices are two lines', () => {
  const draft = newDraft(HARBOUR, 'USD', PHONE);
  const {merged: body, choices} = merged(setQuantity(draft, BOARD, '2', PHONE), setQuantity(draft, SCREWS, '3', TABLET));
  assert.deepEqual(body.lines.map(({product, quantity}) => [product, quantity]), [[BOARD._id, '2'], [SCREWS._id, '3']]);
  assert.deepEqual(choices, []);
});

test('the same product with the same quantity on two devices is one line, not twice as many', () => {
  const draft = newDraft(HARBOUR, 'USD', PHONE);
  const {merged: body, choices} = merged(setQuantity(draft, BOARD, '2', PHONE), setQuantity(draft, BOARD, '2', TABLET));
  assert.deepEqual([body.lines.length, body.lines[0].quantity, choices], [1, '2', []]);
});

test('the same field changed twice without knowing is a choice with both values', () => {
  const draft = common();
  const {choices} = merged(change(draft, {[`${LINE}/quantity`]: '5'}, PHONE), change(draft, {[`${LINE}/quantity`]: '7'}, TABLET));
  assert.deepEqual(choices.map(({path, values}) => [path, values.map(({value, device}) => [device, value])]),
    [[`${LINE}/quantity`, [['tablet-2', '7'], ['phone-1', '5']]]]);
});

test('a change that knew of the other one counts', () => {
  const phone = change(common(), {note: 'first'}, PHONE);
  const tablet = change(phone, {note: 'second'}, TABLET);
  const {merged: body, choices} = merged(change(phone, {po_number: '7'}, PHONE), tablet);
  assert.deepEqual([body.note, body.po_number, choices], ['second', '7', []]);
});

test('a line taken off on one device and left alone on the other is gone', () => {
  const draft = common();
  const {merged: body, choices} = merged(remove(draft, LINE, PHONE), change(draft, {note: 'x'}, TABLET));
  assert.deepEqual([body.lines, body.note, choices], [[], 'x', []]);
});

test('a line taken off on one device and changed on the other is one choice, and nothing of it is lost', () => {
  const draft = common();
  const {merged: body, choices} = merged(remove(draft, LINE, PHONE), change(draft, {[`${LINE}/quantity`]: '9'}, TABLET));
  assert.deepEqual(choices.map(({path, values}) => [path, values.map(({value}) => value?.quantity)]), [[LINE, ['9', undefined]]]);
  assert.equal(body.lines[0].quantity, '9');
  assert.equal(body.lines[0].unit_price, '14.50');
});

test('a choice, once made, is known to both and merges without asking again', () => {
  const draft = common();
  const [phone, tablet] = [change(draft, {note: 'a'}, PHONE), change(draft, {note: 'b'}, TABLET)];
  const {merged: body, choices} = merged(phone, tablet);
  const settled = change(body, changesFor(choices[0], 'a'), PHONE);
  const late = merged(settled, tablet);
  assert.deepEqual([late.merged.note, late.choices], ['a', []]);
});

test('choosing that a line goes takes off all of it', () => {
  const draft = common();
  const {merged: body, choices} = merged(remove(draft, LINE, PHONE), change(draft, {[`${LINE}/quantity`]: '9'}, TABLET));
  assert.deepEqual(change(body, changesFor(choices[0], undefined), PHONE).lines, []);
  assert.equal(change(body, changesFor(choices[0], choices[0].values[0].value), PHONE).lines[0].quantity, '9');
});

test('versions of a client that stamps nothing are never merged by guessing', () => {
  const bare = {...common(), edits: undefined, seen: undefined};
  const {choices} = merged({...bare, note: 'a'}, {...bare, note: 'b', device: 'other'});
  assert.deepEqual(choices.map(({path}) => path), ['note']);
});

test('three devices merge to one body in every order', () => {
  const draft = common();
  const third = {...TABLET, device: 'desk-3'};
  const leaves = [
    {...change(draft, {note: 'n'}, PHONE), _rev: '2-a'}, {...setQuantity(draft, SCREWS, '3', TABLET), _rev: '2-b'},
    {...change(draft, {po_number: '8'}, third), _rev: '2-c'},
  ];
  const orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]].map((order) => text(merge(order.map((index) => leaves[index]))));
  assert.equal(new Set(orders).size, 1);
  const {merged: body, choices} = merge(leaves);
  assert.deepEqual([body.note, body.po_number, body.lines.length, choices], ['n', '8', 2, []]);
});
