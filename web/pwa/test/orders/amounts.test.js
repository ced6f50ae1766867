import assert from 'node:assert/strict';
import {test} from 'vitest';
import {reckon} from '../../src/orders/amounts.js';

const line = (quantity, unit_price, discount = '0') => ({product: 'product:1', name: 'Board', quantity, unit_price, discount});

test('the total is lines and charges less the discount', () => {
  const reckoned = reckon({lines: [line('12', '14.50'), line('128.350', '14.50', '0.05')], charges: [{amount: '25'}], discount: {amount: '10'}});
  assert.deepEqual([reckoned.worth, reckoned.total, reckoned.discount], ['1942.02', '1957.02', {amount: '10.00'}]);
  assert.deepEqual(reckoned.lines.map(({amount}) => amount), ['174.00', '1768.02']);
});

test('a share is taken of the lines and not of the charges', () => {
  const {discount, total} = reckon({lines: [line('1', '10.10')], charges: [{amount: '100'}], discount: {share: '0.05'}});
  assert.deepEqual([discount, total], [{amount: '0.51', share: '0.05'}, '109.59']);
});

test('a discount above the order is refused', () => {
  assert.throws(() => reckon({lines: [line('1', '10')], discount: {amount: '10.01'}}), /more than the order/);
});
