import {expect, test} from 'vitest';
import {fold, NO_MATCH, prepared, rank, searchFor} from '../src/replica/search_text.js';

test.each([
  ['Café Ærø', 'cafe ærø'],
  ['STRASSE', 'strasse'],
  ['Ñandú 1/2"', 'nandu 1/2"'],
  ['東京', '東京'],
  ['', ''],
])('%s is searched as %s', (text, folded) => {
  expect(fold(text)).toBe(folded);
});

test.each([
  ['A-100', 0, 'the SKU exactly'],
  ['arabica', 1, 'the name begins with it'],
  ['beans', 2, 'it begins a word'],
  ['1 kg arab', 2, 'every word begins a word, in any order'],
  ['ans', 3, 'it is inside a word'],
  ['robusta', NO_MATCH, 'it is nowhere'],
  ['beans robusta', NO_MATCH, 'one word is nowhere'],
  ['  BEANS  ', 2, 'case and blanks do not matter'],
])('“%s” has rank %i: %s', (typed, expected) => {
  expect(rank(prepared(['Arabica beans, 1 kg', 'A-100', '']), searchFor(typed))).toBe(expected);
});
