// A product's price at every quantity, and what becomes of a line's price when its quantity changes.
import {readFileSync} from 'node:fs';

import {describe, expect, test} from 'vitest';

import {breaksOf, priceAt, repriced} from '../../src/prices/breaks.js';
import {priceFor} from '../../src/prices/rules.js';

const table = new URL('../../../../tests/connector/prices/price_cases.json', import.meta.url);
const BOARD = {_id: 'product:11', unit_price: '14.50', category: ['Timber', 'Oak']};
const WHOLESALE = {visible: 'all', rules: {Timber: '10%'}, prices: {11: [null, ['10', '12'], ['50', '11.25']]}};
const BREAKS = breaksOf(BOARD, WHOLESALE);

test('a product has the price of the narrowest rule that fits at each quantity', () => {
  expect(BREAKS).toEqual([{from: '0', price: '13.05'}, {from: '10', price: '12'}, {from: '50', price: '11.25'}]);
});

for (const {name, product, list, quantity, price} of JSON.parse(readFileSync(table, 'utf8'))) {
  test(`the breaks say the same as the rules: ${name}`, () => {
    const breaks = breaksOf(product, list);
    if (typeof product.unit_price !== 'string') return void expect(breaks).toEqual([]); // nothing to sell it for
    expect(priceAt(breaks, quantity)).toBe(price);
    for (const each of ['0', '0.5', '1', '9.99', '10', '24', '100', '1000000']) {
      expect(priceAt(breaks, each)).toBe(priceFor(product, list, each).price);
    }
  });
}

test.each([
  ['no price of its own and no list', null, []],
  ['a percentage off nothing', {rules: {'*': '10%'}}, []],
  ['a price on the list alone', {prices: {11: '5'}}, [{from: '0', price: '5'}]],
  ['a price from ten on alone', {prices: {11: [null, ['10', '5']]}}, [{from: '10', price: '5'}]],
])('a product with %s is never given away for nothing', (_, list, expected) => {
  expect(breaksOf({_id: 'product:11'}, list)).toEqual(expected);
});

describe('a line whose quantity changes', () => {
  test.each([
    ['gets the price for it', {quantity: '1', unit_price: '13.05', list_price: '13.05'}, '10', {unit_price: '12', list_price: '12'}],
    ['keeps the price where it is the same', {quantity: '1', unit_price: '13.05', list_price: '13.05'}, '2', {}],
    ['keeps what the rep has set by hand', {quantity: '1', unit_price: '13', list_price: '13.05'}, '10', {}],
    ['follows a list that has changed since', {quantity: '1', unit_price: '15', list_price: '15'}, '10', {unit_price: '12', list_price: '12'}],
    ['of an amendment follows if it has the list\'s price', {quantity: '1', unit_price: '13.0500'}, '10', {unit_price: '12', list_price: '12'}],
    ['of an amendment keeps another price', {quantity: '1', unit_price: '9.99'}, '10', {}],
  ])('%s', (_, line, quantity, expected) => {
    expect(repriced(line, BREAKS, quantity)).toEqual(expected);
  });
});
