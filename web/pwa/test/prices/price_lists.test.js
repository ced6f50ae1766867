// Reading price lists from what a replica holds, also in the middle of a replication.
import {readFileSync} from 'node:fs';

import {expect, test} from 'vitest';

import {bucketOf, PriceLists} from '../../src/prices/price_lists.js';

const cases = new URL('../../../../tests/connector/prices/bucket_cases.json', import.meta.url);

/** A replica of documents, and which ids were read. */
function replica(...documents) {
  const held = new Map(documents.map((document) => [document._id, document]));
  const read = [];
  const get = async (id) => {
    read.push(id);
    return held.get(id) ?? null;
  };
  return {lists: new PriceLists(get), read, held};
}

const header = (buckets, fields = {}) => ({_id: 'price:retail', type: 'price_list', name: 'Retail', visible: 'all', buckets, ...fields});
const bucket = (number, edition, hash, prices) => ({_id: `price:retail:${number}:${edition}`, hash, prices});
const customer = {_id: 'customer:1', price_list: 'retail'};

test('a product is in the same bucket as on the server', () => {
  for (const [product, count, expected] of JSON.parse(readFileSync(cases, 'utf8'))) {
    expect([product, count, bucketOf(product, count)]).toEqual([product, count, expected]);
  }
});

test('only the buckets of the products asked for are read', async () => {
  const number = bucketOf('1', 4);
  const {lists, read} = replica(header(['a:x', 'a:x', 'a:x', 'a:x']), bucket(number, 'a', 'x', {1: '5'}));
  expect((await lists.of(customer, 'USD', ['product:1'])).prices).toEqual({1: '5'});
  expect(read).toEqual(['price:retail', `price:retail:${number}:a`]);
});

test('without products the whole list is read, and kept until the header names other places', async () => {
  const {lists, read, held} = replica(header(['a:x', 'b:y']), bucket(0, 'a', 'x', {1: '5'}), bucket(1, 'b', 'y', {2: '6'}));
  const list = {list: 'retail', name: 'Retail', visible: 'all', rules: {}, prices: {1: '5', 2: '6'}, whole: true};
  expect(await lists.of(customer, 'USD')).toEqual(list);
  read.length = 0;
  await lists.of(customer, 'USD');
  expect(read).toEqual(['price:retail']);
  held.set('price:retail', header(['b:z', 'b:y']));
  held.set('price:retail:0:b', bucket(0, 'b', 'z', {1: '4'}));
  expect((await lists.of(customer, 'USD')).prices).toEqual({1: '4', 2: '6'});
});

test.each([
  ['no list', {_id: 'customer:1'}, {}],
  ['a list that is not there', {_id: 'customer:1', price_list: 'gold'}, {}],
  ['a list in another currency', customer, {currency: 'EUR'}],
  ['a list in the home currency for a customer abroad', {...customer, currency: 'EUR'}, {}],
  ['a header that makes no sense', customer, {buckets: null}],
])('a customer with %s has the products\' own prices', async (_, who, fields) => {
  const {lists} = replica({...header(['a:x']), ...fields}, bucket(0, 'a', 'x', {1: '5'}));
  expect(await lists.of(who, 'USD')).toBe(null);
});

test('a list in the customer\'s own currency counts', async () => {
  const {lists} = replica(header(['a:x'], {currency: 'EUR'}), bucket(0, 'a', 'x', {1: '5'}));
  expect((await lists.of({...customer, currency: 'EUR'}, 'USD')).prices).toEqual({1: '5'});
});

test.each([
  ['the new places are there and the header is still the old one', [bucket(0, 'a', 'x', {1: '5'}), bucket(0, 'b', 'y', {1: '4'})], {1: '5'}, true],
  ['the named place holds a newer content', [bucket(0, 'a', 'z', {1: '3'})], {1: '3'}, false],
  ['only the other place is there', [bucket(0, 'b', 'y', {1: '4'})], {1: '4'}, false],
  ['no place is there', [], {}, false],
])('while %s', async (_, buckets, prices, whole) => {
  const {lists, held} = replica(header(['a:x']), ...buckets);
  expect(await lists.of(customer, 'USD')).toMatchObject({prices, whole});
  held.set('price:retail:0:a', bucket(0, 'a', 'x', {1: '5'}));
  expect(await lists.of(customer, 'USD')).toMatchObject({prices: {1: '5'}, whole: true});
});
