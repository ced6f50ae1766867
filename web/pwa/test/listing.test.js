import {expect, test} from 'vitest';
import {Listing} from '../src/replica/listing.js';
import {groupsOf} from './server.js';

const documents = [
  {_id: 'product:1', _rev: '1-a', name: 'beans', sku: 'B-1'},
  {_id: 'product:2', _rev: '1-a', name: 'Arabica beans', sku: 'A-1'},
  {_id: 'product:3', _rev: '1-a', name: 'Arabica beans'},
  {_id: 'settings:app', _rev: '1-a', address: {city: 'Aarhus'}},
];

function listing(known = new Map()) {
  const made = new Listing(['name', 'sku', 'address.city']);
  made.addBlock({n: 0, groups: groupsOf(documents)}, known);
  return made;
}

test('pages are by name, then id, of one kind, with the number of all', () => {
  expect(listing().page('product:', 0, 2)).toEqual({ids: ['product:2', 'product:3'], total: 3});
  expect(listing().page('product:', 2, 2)).toEqual({ids: ['product:1'], total: 3});
  expect(listing().page('', 0, 9).total).toBe(4);
});

test('a search ranks the exact field first and reaches into objects', () => {
  expect(listing().search('product:', 'b-1', 9)).toEqual({ids: ['product:1'], ranks: [0], total: 1});
  expect(listing().search('product:', 'beans', 9)).toEqual({ids: ['product:1', 'product:2', 'product:3'], ranks: [0, 2, 2], total: 3});
  expect(listing().search('', 'aarh', 9).ids).toEqual(['settings:app']);
  expect(listing().search('product:', 'beans', 1)).toEqual({ids: ['product:1'], ranks: [0], total: 3});
});

test('an empty search is the first page', () => {
  expect(listing().search('product:', '  ', 2)).toMatchObject(listing().page('product:', 0, 2));
});

test('what PouchDB speaks for is not taken from a block that comes later', () => {
  const known = listing(new Map([['product:1', true]]));
  expect(known.page('product:', 0, 9).ids).toEqual(['product:2', 'product:3']);
});

test('documents that change move, and removed ones are gone', () => {
  const changing = listing();
  changing.page('product:', 0, 9);
  changing.put({_id: 'product:1', name: 'Aardvark'});
  changing.remove('product:2');
  expect(changing.page('product:', 0, 9).ids).toEqual(['product:1', 'product:3']);
  expect(changing.search('product:', 'B-1', 9).total).toBe(0);
});

test('a short page is the beginning of the long one', () => {
  const names = ['oak', 'board oak', 'oakum', 'soaked', 'cloak', 'oak board', 'boards of oak'];
  const made = new Listing(['name']);
  names.forEach((name, number) => made.put({_id: `product:${number}`, name}));
  for (const typed of ['o', 'oa', 'oak', 'oak b']) {
    const whole = made.search('', typed, 99);
    for (const limit of [1, 2, 3, 5]) expect(made.search('', typed, limit)).toMatchObject({ids: whole.ids.slice(0, limit), total: whole.total});
  }
});
