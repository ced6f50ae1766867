import assert from 'node:assert/strict';
import {test} from 'vitest';
import {estimateTax} from '../../src/orders/tax_estimate.js';
import {BOARD, HARBOUR, SCREWS} from '../samples.js';

const lines = [
  {product: BOARD._id, quantity: '2', unit_price: '50', discount: '0'}, {product: SCREWS._id, quantity: '1', unit_price: '100', discount: '0'},
];
const products = new Map([[BOARD._id, BOARD], [SCREWS._id, {...SCREWS, taxable: false, tax_code: 'NON'}]]);
const rates = new Map([['TAX', '0.0825']]);

test('only taxable lines are taxed', () => {
  assert.equal(estimateTax({lines, customer: HARBOUR, products, rates}), '8.25');
});

test('a discount of the whole order lowers the tax in proportion', () => {
  assert.equal(estimateTax({lines, discount: {amount: '100'}, customer: HARBOUR, products, rates}), '4.13');
});

test('a customer who is not taxed pays none', () => {
  assert.equal(estimateTax({lines, customer: {...HARBOUR, taxable: false}, products, rates}), '0.00');
});

test('without a rate nobody is told a tax', () => {
  assert.equal(estimateTax({lines, customer: HARBOUR, products, rates: new Map()}), null);
});
