import assert from 'node:assert/strict';
import {test} from 'vitest';
import {compare, cut, exactCents, less, lineCents, shareCents, show, sum} from '../../src/money/decimal.js';

const LINES = [
  ['128.350', '14.50', '0', '1861.08'], // half a cent goes up
  ['1', '0.005', '0', '0.01'],
  ['1', '0.00499', '0', '0.00'],
  ['12', '14.00', '0.05', '159.60'],
  ['3', '18', '1', '0.00'],
  ['1000000', '999999999999.99999', '0', '999999999999999990.00'],
];
for (const [quantity, price, discount, amount] of LINES) {
  test(`${quantity} at ${price} less ${discount} is ${amount}`, () => {
    assert.equal(show(lineCents(quantity, price, discount)), amount);
  });
}

for (const wrong of ['', '1e3', '-1', '1.', '.5', '01', ' 1', '1,5', 'NaN', 5, null, undefined]) {
  test(`${JSON.stringify(wrong)} is no decimal`, () => {
    assert.throws(() => lineCents(wrong, '1', '0'), RangeError);
    assert.throws(() => exactCents(wrong), RangeError);
  });
}

test('a share is rounded half-up to the cent', () => {
  assert.equal(show(shareCents(1010n, '0.05')), '0.51');
  assert.throws(() => shareCents(1010n, '1.01'), RangeError);
});

test('an amount has at most two places', () => {
  assert.equal(exactCents('7.5'), 750n);
  assert.throws(() => exactCents('7.505'), RangeError);
});

test('decimals compare by value, negative stock too', () => {
  assert.equal(compare('1.50', '1.5'), 0);
  assert.equal(compare('10', '9.99999'), 1);
  assert.equal(compare('0', '-2'), 1);
  assert.equal(compare('-3', '-2'), -1);
});

for (const [left, right, both] of [['0', '3', '3'], ['0.75', '1.25', '2'], ['10', '0.5', '10.5'], ['0.1', '0.2', '0.3'], ['7', '3.0', '10']]) {
  test(`${left} and ${right} is ${both}`, () => assert.equal(sum(left, right), both));
}

for (const [from, part, left] of [['2', '0.75', '1.25'], ['50.0', '5', '45'], ['12', '12.00', '0'], ['1', '2', '0'], ['-2', '0', '0'], ['0.00003', '0.00001', '0.00002']]) {
  test(`${from} less ${part} leaves ${left}`, () => assert.equal(less(from, part), left));
}

for (const [text, like, kept] of [['11.5', '12', '11'], ['0.75', '1', '0'], ['11.75', '2.5', '11.7'], ['11.05', '2.5', '11'], ['11.5', '2.25', '11.5']]) {
  test(`${text} cut like ${like} is ${kept}`, () => assert.equal(cut(text, like), kept));
}
