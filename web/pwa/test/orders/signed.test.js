import assert from 'node:assert/strict';
import {test} from 'vitest';
import {addLine, change, newDraft, remove, repairDraft, setCharge, setQuantity} from '../../src/drafts/draft.js';
import {orderOf} from '../../src/orders/order.js';
import {isOutdated, markOf} from '../../src/orders/signed.js';
import {refusalOf} from '../guard.js';
import {BOARD, FREIGHT, HARBOUR, PHONE, REP, SCREWS} from '../samples.js';

const begun = setCharge(setQuantity(setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '2', PHONE), SCREWS, '4', PHONE), FREIGHT, '5', PHONE);
const signature = {path: 'M1 2l3 4', width: 300, height: 180, signed_by: 'Ada Møller', signed_at: '2026-11-25T16:45:12.345Z', of: markOf(begun)};
const signed = change(begun, {signature}, PHONE);

test('a signed draft becomes an order that carries the signature, and nothing of the app’s own', () => {
  const order = orderOf(signed, 'order', PHONE);
  assert.equal(refusalOf(order, REP), null);
  const {of: _, ...carried} = signature;
  assert.deepEqual(order.signature, carried);
});

test('who signed may be left out', () => {
  const {signed_by: _, ...nameless} = signature;
  assert.equal(refusalOf(orderOf(change(begun, {signature: nameless}, PHONE), 'order', PHONE), REP), null);
});

const CHANGES = [
  ['a quantity', (draft) => setQuantity(draft, BOARD, '3', PHONE), true],
  ['a price', (draft) => change(draft, {[`lines/${BOARD._id}/unit_price`]: '14'}, PHONE), true],
  ['a line taken off', (draft) => remove(draft, `lines/${SCREWS._id}`, PHONE), true],
  ['another line', (draft) => addLine(draft, BOARD, PHONE), true],
  ['a charge', (draft) => setCharge(draft, FREIGHT, '6', PHONE), true],
  ['a discount', (draft) => change(draft, {discount: {share: '0.1'}}, PHONE), true],
  ['a note', (draft) => change(draft, {note: 'Gate 3'}, PHONE), false],
  ['the same quantity again', (draft) => setQuantity(draft, BOARD, '2', PHONE), false],
];
for (const [what, changed, outdated] of CHANGES) {
  test(`after ${what}, a signature ${outdated ? 'has to be given again' : 'stands'}`, () => assert.equal(isOutdated(changed(signed)), outdated));
}

test('a draft that nobody signed is not out of date', () => assert.equal(isOutdated(begun), false));

test('a refused order that is put right keeps its signature, unless what was signed is changed', () => {
  const order = orderOf(signed, 'order', PHONE);
  const repair = repairDraft(order, PHONE);
  assert.deepEqual(orderOf(change(repair, {po_number: 'PO 7'}, PHONE), 'order', PHONE).signature, order.signature);
  assert.deepEqual([isOutdated(repair), isOutdated(setQuantity(repair, BOARD, '3', PHONE))], [false, true]);
});
