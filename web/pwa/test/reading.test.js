// Several replicas read as one, and products as one customer has them.
import {expect, test} from 'vitest';
import {choosing} from '../src/goods/choosing.js';
import {Listing} from '../src/replica/listing.js';
import {Reading} from '../src/replica/reading.js';

const FIELDS = ['name', 'sku'];

/** What Reading needs of a StoredReplica: an overlay with these documents. */
function replica(prefix, ...documents) {
  const held = new Map(documents.map((document) => [document._id, document]));
  const listing = new Listing(FIELDS, ['category']);
  for (const document of documents) listing.put(document);
  const overlay = {
    listing, get: async (id) => held.get(id) ?? null, documents: async (ids) => ids.map((id) => held.get(id)).filter(Boolean),
    write(document) {
      held.set(document._id, document);
      listing.put(document);
    },
  };
  return {options: {prefix}, overlay, read: (_nothing, use) => use(overlay)};
}

const customer = (number, name, more = {}) => ({_id: `customer:${number}`, name, ...more});
const ids = ({documents}) => documents.map(({_id}) => _id);

test('two territories are searched and listed as one, best and by name', async () => {
  const north = replica('customer:', customer(1, 'Old Harbour'), customer(2, 'Café Ærø'));
  const south = replica('customer:', customer(3, 'Harbour'), customer(4, 'Bakery'));
  const both = new Reading([north, south]);
  expect(ids(await both.search({text: 'harbour'}))).toEqual(['customer:3', 'customer:1']);
  expect(await both.list({limit: 2})).toMatchObject({documents: [{_id: 'customer:4'}, {_id: 'customer:2'}], total: 4, from: 0});
  expect(ids(await both.list({from: 2, limit: 2}))).toEqual(['customer:3', 'customer:1']);
  expect(await both.get({id: 'customer:4'})).toMatchObject({name: 'Bakery'});
  expect(await both.get({id: 'customer:9'})).toBe(null);
});

test('a customer of both territories counts once, also after a change', async () => {
  const north = replica('customer:', customer(1, 'Harbour', {in: 'north'}));
  const south = replica('customer:', customer(1, 'Harbour', {in: 'south'}), customer(2, 'Harbour Inn'));
  const both = new Reading([north, south]);
  expect(await both.search({text: 'harbour'})).toMatchObject({documents: [{in: 'north'}, {_id: 'customer:2'}], total: 2});
  north.overlay.write(customer(2, 'Harbour Inn', {in: 'north'}));
  expect(await both.search({text: 'harbour'})).toMatchObject({documents: [{_id: 'customer:1'}, {in: 'north'}], total: 2});
  expect(await both.documents({ids: ['customer:2', 'customer:1', 'customer:9']})).toMatchObject([{in: 'north'}, {in: 'north'}]);
});

test('names alike are found in all territories, the likest first', async () => {
  const north = replica('customer:', customer(1, 'Harbor Joinery'), customer(2, 'Mill Lane Deli'));
  const south = replica('customer:', customer(3, 'Harbour Joinery Ltd'));
  expect((await new Reading([north, south]).alike({name: 'Harbour Joinery'})).map(({_id}) => _id)).toEqual(['customer:3', 'customer:1']);
});

test('what holds nothing yet is an empty page, and the others are there', async () => {
  const empty = {options: {prefix: 'customer:'}, overlay: null};
  expect(await new Reading([empty]).search({text: 'a'})).toEqual({documents: [], total: 0, from: 0});
  expect(ids(await new Reading([empty, replica('customer:', customer(1, 'A'))]).list())).toEqual(['customer:1']);
  expect(await new Reading([]).list()).toEqual({documents: [], total: 0, from: 0});
});

const PRODUCTS = [
  {_id: 'product:11', name: 'Oak board', unit_price: '14.50', category: ['Timber', 'Oak']},
  {_id: 'product:12', name: 'Pine board', unit_price: '8', category: ['Timber', 'Pine']},
  {_id: 'product:13', name: 'Nails', unit_price: '3'},
];
const HEADER = {_id: 'price:gold', type: 'price_list', name: 'Gold', visible: 'all', rules: {Timber: '10%', 'Timber:Pine': false}, buckets: ['a:x']};
const BUCKET = {_id: 'price:gold:0:a', hash: 'x', prices: {13: ['3', ['100', '2.50']]}};
const GOLD = {price_list: 'gold', home: 'USD'};

function catalog() {
  const held = replica('product:', ...PRODUCTS, HEADER, BUCKET);
  return {held, reading: new Reading([held], choosing())};
}

test('categories are counted, and everything below one is found by it', async () => {
  const {reading} = catalog();
  expect(await reading.paths({field: 'category'})).toEqual([[['Timber'], 2], [['Timber', 'Oak'], 1], [['Timber', 'Pine'], 1]]);
  expect(ids(await reading.list({wanted: {category: ['Timber']}}))).toEqual(['product:11', 'product:12']);
  expect(ids(await reading.search({text: 'board', wanted: {category: ['Timber', 'Pine']}}))).toEqual(['product:12']);
});

test('a customer sees its products at its prices', async () => {
  const {reading} = catalog();
  const {documents, total} = await reading.list({wanted: {buyer: GOLD}});
  expect(total).toBe(2);
  expect(documents.map(({_id, breaks}) => [_id, breaks])).toEqual([
    ['product:13', [{from: '0', price: '3'}, {from: '100', price: '2.5'}]],
    ['product:11', [{from: '0', price: '13.05'}]],
  ]);
  expect(await reading.paths({field: 'category', wanted: {buyer: GOLD}})).toEqual([[['Timber'], 1], [['Timber', 'Oak'], 1]]);
  expect(await reading.documents({ids: ['product:12'], wanted: {buyer: GOLD}})).toMatchObject([{_id: 'product:12', hidden: true}]);
});

test('a customer without a list sees everything at the products\' own prices', async () => {
  const {reading} = catalog();
  const {documents, total} = await reading.list({wanted: {buyer: {home: 'USD'}}});
  expect(total).toBe(3);
  expect(documents[2]).toMatchObject({_id: 'product:12', breaks: [{from: '0', price: '8'}]});
});

test('a list that changes counts at once', async () => {
  const {held, reading} = catalog();
  await reading.list({wanted: {buyer: GOLD}});
  held.overlay.write({...HEADER, rules: {}});
  expect((await reading.list({wanted: {buyer: GOLD}})).total).toBe(3);
});

test('typing on finds what typing at once finds', async () => {
  const {reading} = catalog();
  for (const typed of ['b', 'bo', 'boa', 'board', 'board o', 'board', 'nails']) {
    const fresh = catalog().reading;
    expect(await reading.search({text: typed})).toEqual(await fresh.search({text: typed}));
  }
});
