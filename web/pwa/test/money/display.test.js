import {expect, test} from 'vitest';
import {money, unitPrice} from '../../src/money/display.js';

test.each([
  ['cents', '18.4', '$18.40'],
  ['parts of a cent, as they are reckoned with', '0.12345', '$0.12345'],
  ['half a cent', '3.125', '$3.125'],
])('a price for one unit shows %s', (_, price, shown) => {
  expect(unitPrice(price, 'USD', 'en-US')).toBe(shown);
});

test('an amount is in cents', () => expect(money('12.35', 'USD', 'en-US')).toBe('$12.35'));
