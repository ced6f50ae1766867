// Which prices a customer's products carry.
import assert from 'node:assert/strict';
import {test} from 'vitest';
import {choosing} from '../../src/goods/choosing.js';
import {BOARD} from '../samples.js';

const DOCUMENTS = {
  'price:paris': {name: 'Paris', currency: 'EUR', buckets: ['a:1']},
  'price:paris:0:a': {hash: '1', prices: {11: '13'}},
  'price:share': {name: 'Share', currency: 'EUR', rules: {'*': '10%'}, buckets: ['a:1']},
  'price:share:0:a': {hash: '1', prices: {}},
};
const overlay = {get: async (id) => DOCUMENTS[id] ?? null, listing: {version: 1, rows: new Map()}};

for (const [who, buyer, price] of [
  ['at home', {home: 'USD'}, '14.5'],
  ['at home in so many words', {currency: 'USD', home: 'USD'}, '14.5'],
  ['abroad without a list', {currency: 'EUR', home: 'USD'}, undefined],
  ['abroad with a list that names it', {price_list: 'paris', currency: 'EUR', home: 'USD'}, '13'],
  ['abroad with a share of its own price', {price_list: 'share', currency: 'EUR', home: 'USD'}, undefined],
]) {
  test(`a product costs ${price ?? 'what the rep enters'} for a customer ${who}`, async () => {
    const {dress} = await choosing()(overlay, {buyer});
    const {breaks, unit_price: own} = dress(BOARD);
    assert.equal(breaks[0]?.price, price);
    assert.equal(own, buyer.currency === 'EUR' ? undefined : BOARD.unit_price);
  });
}

test('only what is still sold is kept where that is wanted, in a category too', async () => {
  const rows = [{id: 'product:1'}, {id: 'product:2', active: true, category: ['Larder']}, {id: 'product:3', active: false, category: ['Larder']}];
  const kept = async (wanted) => {
    const {filter} = await choosing()(overlay, wanted);
    return rows.filter((row) => !filter || filter.keeps(row)).map(({id}) => id.at(-1)).join('');
  };
  assert.deepEqual([await kept({}), await kept({sold: true}), await kept({sold: true, category: ['Larder']})], ['123', '12', '2']);
});
