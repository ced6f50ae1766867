import assert from 'node:assert/strict';
import {test} from 'vitest';
import {addLine, amendmentDraft, change, copyOf, newDraft, repairDraft, setCharge, setQuantity} from '../../src/drafts/draft.js';
import {amendmentOf, cancellationOf, localDay, orderIdOf, orderNumber, orderOf} from '../../src/orders/order.js';
import {standing} from '../../src/orders/standing.js';
import {refusalOf} from '../guard.js';
import {BOARD, FREIGHT, HARBOUR, PHONE, REP, SCREWS, TABLET} from '../samples.js';

function fullDraft() {
  let draft = newDraft(HARBOUR, 'USD', PHONE);
  draft = setQuantity(draft, BOARD, '12', PHONE);
  draft = setQuantity(draft, SCREWS, '0.75', PHONE);
  draft = setCharge(draft, FREIGHT, '25', PHONE);
  return change(draft, {
    [`lines/${BOARD._id}/discount`]: '0.05', discount: {share: '0.1'}, note: 'Call first.\nGate 3.', po_number: 'PO 7781',
    deliver_on: '2026-12-01', ship_to: {name: 'Yard', city: 'Bath'}, tax: '3.21',
  }, PHONE);
}

test('a draft becomes an order that the guard lets through, with the prices that the customer saw', () => {
  const order = orderOf(fullDraft(), 'order', PHONE);
  assert.equal(refusalOf(order, REP), null);
  assert.deepEqual(order.lines.map(({unit_price: price, amount}) => [price, amount]), [['14.50', '165.30'], ['3.125', '2.34']]);
  assert.deepEqual([order.discount, order.total, order.captured_on], [{amount: '16.76', share: '0.1'}, '175.88', '2026-11-25']);
  assert.deepEqual(Object.keys(order).filter((name) => ['edits', 'seen', 'position'].includes(name)), []);
});

test('a tab that was pasted into a text is no reason to refuse the order', () => {
  const order = orderOf(change(fullDraft(), {note: 'Call\tfirst.\nGate 3.', po_number: 'PO\t7'}, PHONE), 'order', PHONE);
  assert.deepEqual([refusalOf(order, REP), order.note, order.po_number], [null, 'Call first.\nGate 3.', 'PO 7']);
});

test('a quote differs by its kind alone', () => {
  const draft = fullDraft();
  const {kind, ...quote} = orderOf(draft, 'quote', PHONE);
  const {kind: other, ...order} = orderOf(draft, 'order', PHONE);
  assert.deepEqual([kind, other, quote], ['quote', 'order', order]);
});

test('submitting a draft twice cannot make two orders', () => {
  const draft = fullDraft();
  assert.equal(orderOf(draft, 'order', PHONE)._id, orderOf(draft, 'order', PHONE)._id);
  assert.equal(orderIdOf(draft).slice('order:'.length), draft._id.slice('draft:'.length));
});

test('what was left empty is not in the order', () => {
  const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '1', PHONE);
  const order = orderOf(change(draft, {note: '', po_number: undefined}, PHONE), 'order', PHONE);
  assert.equal(refusalOf(order, REP), null);
  assert.ok(!('note' in order) && !('po_number' in order) && !('discount' in order));
});

test('an order without a line is refused here', () => {
  assert.throws(() => orderOf(newDraft(HARBOUR, 'USD', PHONE), 'order', PHONE), /at least one line/);
});

test('an amendment and a cancellation pass the guard', () => {
  const order = orderOf(fullDraft(), 'quote', PHONE);
  const draft = setQuantity(amendmentDraft(order, standing(order, []), PHONE), BOARD, '3', PHONE);
  const amendment = amendmentOf(draft, order._id, 1, PHONE, {approve: true});
  assert.equal(refusalOf(amendment, REP), null);
  assert.deepEqual([amendment.kind, amendment.lines[0].quantity, amendment.lines[0].unit_price], ['order', '3', '14.50']);
  assert.equal(refusalOf(cancellationOf(order._id, 'The customer called.', PHONE), REP), null);
  assert.equal(refusalOf(cancellationOf(order._id, '', PHONE), REP), null);
});

test('the last amendment counts, and an approved quote is an order', () => {
  const quote = orderOf(fullDraft(), 'quote', PHONE);
  const draft = (quantity) => setQuantity(amendmentDraft(quote, standing(quote, []), PHONE), BOARD, quantity, PHONE);
  const second = amendmentOf(draft('5'), quote._id, 2, PHONE);
  const first = amendmentOf(draft('3'), quote._id, 1, PHONE, {approve: true});
  const stands = standing(quote, [second, first, cancellationOf(quote._id, '', PHONE)]);
  assert.deepEqual([stands.kind, stands.lines[0].quantity, stands.amendments, stands.withdrawn], ['order', '5', 2, true]);
});

test('a copy takes the prices of today and names what is not sold any more', () => {
  const order = orderOf(fullDraft(), 'order', PHONE);
  const products = new Map([[BOARD._id, {...BOARD, unit_price: '15'}], [SCREWS._id, {...SCREWS, active: false}]]);
  const {draft, left} = copyOf(order, products, PHONE);
  assert.deepEqual(draft.lines.map(({product, quantity, unit_price: price}) => [product, quantity, price]), [[BOARD._id, '12', '15']]);
  assert.deepEqual([left, draft.customer.id], [['Screws, box'], HARBOUR._id]);
});

test('an order that names a product twice is copied with both quantities', () => {
  const order = orderOf(fullDraft(), 'order', PHONE);
  const twice = {...order, lines: [...order.lines, {...order.lines[0], quantity: '0.5'}]};
  const {draft} = copyOf(twice, new Map([[BOARD._id, BOARD], [SCREWS._id, SCREWS]]), PHONE);
  assert.deepEqual(draft.lines.map(({quantity}) => quantity), ['12.5', '0.75']);
});

test('an order that names a product twice is changed line by line', () => {
  const twice = addLine(fullDraft(), BOARD, PHONE);
  const order = orderOf(change(twice, {[`lines/${BOARD._id}#2/discount`]: '1'}, PHONE), 'order', PHONE);
  assert.equal(refusalOf(order, REP), null);
  assert.deepEqual(order.lines.map(({product, amount}) => [product, amount]), [[BOARD._id, '165.30'], [SCREWS._id, '2.34'], [BOARD._id, '0.00']]);
  const draft = setQuantity(amendmentDraft(order, standing(order, []), PHONE), BOARD, '2', PHONE, {key: `${BOARD._id}#2`});
  const amendment = amendmentOf(draft, order._id, 1, PHONE);
  assert.equal(refusalOf(amendment, REP), null);
  assert.deepEqual(amendment.lines.map(({quantity, discount}) => [quantity, discount]), [['12', '0.05'], ['0.75', '0'], ['2', '1']]);
});

test('a line that is the third of its product keeps its place when the second goes', () => {
  const thrice = addLine(addLine(fullDraft(), BOARD, PHONE), BOARD, PHONE);
  const two = setQuantity(thrice, BOARD, '0', PHONE, {key: `${BOARD._id}#2`});
  assert.deepEqual(two.lines.map(({product, line}) => [product, line]), [[BOARD._id, undefined], [SCREWS._id, undefined], [BOARD._id, 3]]);
});

test('a refused order becomes a draft with all that it says, and the same order again', () => {
  const order = orderOf(fullDraft(), 'order', PHONE);
  const draft = repairDraft(order, TABLET);
  const {captured_at: _, device: __, captured_on: ___, ...again} = orderOf(draft, 'order', PHONE);
  assert.deepEqual({...order, ...again}, order);
  assert.deepEqual([draft.repairs, draft._id], [order._id, order._id.replace('order:', 'draft:')]);
});

test('a refused change becomes a draft that changes the same order', () => {
  const order = orderOf(fullDraft(), 'quote', PHONE);
  const refused = amendmentOf(amendmentDraft(order, standing(order, []), PHONE), order._id, 3, PHONE, {approve: true});
  const draft = repairDraft(refused, TABLET, order);
  assert.deepEqual([draft.amends, draft.repairs, draft.approves, draft.customer.id], [order._id, refused._id, true, HARBOUR._id]);
});

test('each line of a product follows the price breaks by itself', () => {
  const product = {...BOARD, breaks: [{from: '0', price: '14'}, {from: '10', price: '13'}]};
  const two = addLine(setQuantity(newDraft(HARBOUR, 'USD', PHONE), product, '12', PHONE), product, PHONE);
  assert.deepEqual(two.lines.map(({unit_price: price, list_price: listed}) => [price, listed]), [['13', '13'], ['14', '14']]);
});

test('the day is the one where the device stands', () => {
  assert.equal(localDay(new Date(2026, 0, 5, 23, 59)), '2026-01-05');
  assert.equal(orderNumber('order:01KB4Q9V7M5X3E8RTW2D000003'), 'RB-TW2D000003');
});
