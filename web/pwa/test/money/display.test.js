import {expect, test} from 'vitest';
import {moment, money, unitPrice} from '../../src/money/display.js';

test.each([
  ['cents', '18.4', '$18.40'],
  ['parts of a cent, as they are reckoned with', '0.12345', '$0.12345'],
  ['half a cent', '3.125', '$3.125'],
])('a price for one unit shows %s', (_, price, shown) => {
  expect(unitPrice(price, 'USD', 'en-US')).toBe(shown);
});

test('an amount is in cents', () => expect(money('12.35', 'USD', 'en-US')).toBe('$12.35'));

test('a moment of another year says which', () => {
  const at = '2025-11-25T12:00:00Z';
  expect(moment(at, 'en-GB', new Date('2026-01-02T12:00:00Z'))).toMatch(/^25 Nov 2025/);
  expect(moment(at, 'en-GB', new Date('2025-12-02T12:00:00Z'))).not.toMatch(/2025/);
});
