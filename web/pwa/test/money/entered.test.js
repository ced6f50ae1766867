import assert from 'node:assert/strict';
import {test} from 'vitest';
import {entered, enteredPercent, percentOf} from '../../src/money/entered.js';

const NUMBERS = [
  ['3', 5, '3'], ['007', 5, '7'], ['1,5', 5, '1.5'], [' 12 000 ', 5, '12000'], ['2.50', 2, '2.5'], ['.5', 2, '0.5'], ['4.', 2, '4'],
  ['1.234', 2, null], ['', 2, null], ['-1', 2, null], ['1.2.3', 2, null], ['1,000.50', 2, null], ['abc', 2, null], ['1e3', 2, null],
];
for (const [typed, places, expected] of NUMBERS) {
  test(`${JSON.stringify(typed)} with ${places} places is ${expected}`, () => assert.equal(entered(typed, places), expected));
}

const THOUSANDS = [['1,000', '.', null], ['12,500', '.', null], ['0,125', '.', '0.125'], ['1.125', '.', '1.125'], ['1.000', ',', null], ['1,125', ',', '1.125']];
for (const [typed, sign, expected] of THOUSANDS) {
  test(`${typed} is ${expected} where the decimal sign is ${sign}`, () => assert.equal(entered(typed, 5, sign), expected));
}

const PERCENTS = [['5', '0.05'], ['12,5', '0.125'], ['100', '1'], ['0', '0'], ['33.33', '0.3333'], ['100.5', null], ['101', null], ['1.234', null]];
for (const [typed, fraction] of PERCENTS) {
  test(`${typed} percent is ${fraction}`, () => {
    assert.equal(enteredPercent(typed), fraction);
    if (fraction) assert.equal(percentOf(fraction), typed.replace(',', '.'));
  });
}
