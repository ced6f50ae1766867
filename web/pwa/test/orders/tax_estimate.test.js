import assert from 'node:assert/strict';
import {test} from 'vitest';
import {estimateTax} from '../../src/orders/tax_estimate.js';
import {BOARD, HARBOUR, SCREWS} from '../samples.js';

const lines = [
  {product: BOARD._id, quantity: '2', unit_price: '50', discount: '0'}, {product: SCREWS._id, quantity: '1', unit_price: '100', discount: '0'},
];
const by_code = {
  lines, customer: {...HARBOUR, tax_code: '3'}, settings: {sales_tax: 'by_code', tax_code: '2'},
  products: new Map([[BOARD._id, BOARD], [SCREWS._id, {...SCREWS, taxable: false, tax_code: 'NON'}]]),
  taxes: new Map([['tax:2', {taxable: true, percent: '5'}], ['tax:3', {taxable: true, percent: '8.25'}]]),
};
const abroad = {
  ...by_code, customer: HARBOUR, settings: {sales_tax: 'excluded'},
  products: new Map([[BOARD._id, {...BOARD, tax_code: '3'}], [SCREWS._id, {...SCREWS, tax_code: '2'}]]),
};

const CASES = [
  ['in the US only taxable lines are taxed, at the customer’s rate', by_code, '8.25'],
  ['a customer without a code of its own has the company’s', {...by_code, customer: HARBOUR}, '5.00'],
  ['a discount of the whole order lowers the tax in proportion', {...by_code, discount: {amount: '100'}}, '4.13'],
  ['an order that is free has no tax', {...by_code, discount: {amount: '200'}}, '0.00'],
  ['a customer who is not taxed pays none', {...by_code, customer: {...HARBOUR, taxable: false}}, '0.00'],
  ['without sales tax there is none', {...by_code, settings: {sales_tax: 'off'}}, '0.00'],
  ['elsewhere each product has its rate', abroad, '13.25'],
  ['elsewhere the customer’s code comes first', {...abroad, customer: {...HARBOUR, tax_code: '2'}}, '10.00'],
  ['charges are taxed as products are', {...abroad, lines: lines.slice(0, 1), charges: [{product: SCREWS._id, amount: '10'}]}, '8.75'],
  ['a code that taxes nothing is no tax', {...abroad, taxes: new Map([['tax:2', {taxable: false}], ['tax:3', {taxable: false}]])}, '0.00'],
  ['where QuickBooks reckons by address nobody knows it here', {...by_code, settings: {sales_tax: 'automated'}}, null],
  ['where prices include it nobody knows it here', {...by_code, settings: {sales_tax: 'included'}}, null],
  ['a code without a known rate makes the whole unknown', {...by_code, taxes: new Map()}, null],
  ['a product that is not on the device makes the whole unknown', {...by_code, products: new Map()}, null],
  ['before the settings have come it is unknown', {...by_code, settings: {}}, null],
];
for (const [what, facts, tax] of CASES) test(`${what}: ${tax}`, () => assert.equal(estimateTax(facts), tax));
