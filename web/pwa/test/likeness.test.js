import {expect, test} from 'vitest';
import {likeness, simplified} from '../src/replica/likeness.js';

test.each([
  ['Café Ærø', 'cafe aero'],
  ['The Harbour Joinery Ltd.', 'harbour joinery'],
  ['Smith & Sons, Inc', 'smith and sons'],
  ["O'Brien’s Pub", 'obriens pub'],
  ['The Company', 'the company'],
  ['東京', '東京'],
])('%s is compared as %s', (name, simple) => {
  expect(simplified(name)).toBe(simple);
});

test.each([
  ['Cafe Aero', 'Café Ærø', true],
  ['Harbour Joinery', 'Harbour Joinery Ltd', true],
  ['Harbor Joinery', 'Harbour Joinery', true],
  ['Joinery Harbour', 'Harbour Joinery', true],
  ['Smith and Sons', 'Smith & Sons', true],
  ['Harbour Bakery', 'Mill Lane Deli', false],
  ['Cafe Bergen', 'Hotel Halifax', false],
  ['!!!', 'Harbour Joinery', false],
])('%s and %s: alike %s', (one, other, alike) => {
  expect(likeness(one)(other) > 0).toBe(alike);
  expect(likeness(other)(one) > 0).toBe(alike);
});

test('the same but for spelling is most alike', () => {
  const like = likeness('Café Ærø');
  expect(like('CAFE AERO Ltd')).toBe(1);
  expect(like('Cafe Aeros')).toBeLessThan(1);
});
