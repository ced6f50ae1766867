import assert from 'node:assert/strict';
import {test} from 'vitest';
import {newDraft, setQuantity} from '../../src/drafts/draft.js';
import {orderOf} from '../../src/orders/order.js';
import {preflight} from '../../src/orders/preflight.js';
import {AT, BOARD, HARBOUR, PHONE, SCREWS} from '../samples.js';

const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '12', PHONE);
const fine = {customer: HARBOUR, products: new Map([[BOARD._id, BOARD]]), recent: [], now: AT.getTime()};
const codes = (facts, of = draft) => preflight(of, {...fine, ...facts}).map(({code}) => code);
const selling = (change) => ({products: new Map([[BOARD._id, {...BOARD, ...change}]])});

test('an order as it should be has no warning', () => assert.deepEqual(codes({}), []));

const TROUBLE = [
  ['the customer is not on this device', {customer: undefined}, ['customer_unknown']],
  ['the customer became inactive', {customer: {...HARBOUR, active: false}}, ['customer_inactive']],
  ['the product is not on this device', {products: new Map()}, ['product_unknown']],
  ['the product became inactive', selling({active: false}), ['product_inactive']],
  ['the product is a bundle', selling({kind: 'bundle'}), ['product_is_a_bundle']],
  ['the product has no tax code', selling({tax_code: null}), ['product_without_tax_code']],
  ['there are fewer in stock', selling({on_hand: '11.5'}), ['beyond_stock']],
  ['stock is below nothing', selling({on_hand: '-2'}), ['beyond_stock']],
  ['stock is not counted', selling({on_hand: undefined}), []],
  ['there are just enough', selling({on_hand: '12.0'}), []],
];
for (const [what, facts, expected] of TROUBLE) {
  test(`it warns when ${what}: ${expected}`, () => assert.deepEqual(codes(facts), expected));
}

test('it warns of the same order minutes ago, whatever the order of its lines', () => {
  const one = setQuantity(setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '1', PHONE), SCREWS, '2', PHONE);
  const other = setQuantity(setQuantity(newDraft(HARBOUR, 'USD', PHONE), SCREWS, '2.0', PHONE), BOARD, '1', PHONE);
  const facts = {products: new Map([[BOARD._id, BOARD], [SCREWS._id, SCREWS]]), recent: [orderOf(one, 'order', PHONE)]};
  assert.deepEqual(codes({...facts, now: AT.getTime() + 60_000}, other), ['same_order_minutes_ago']);
  assert.deepEqual(codes({...facts, now: AT.getTime() + 3_600_000}, other), []);
});
