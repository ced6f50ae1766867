import {expect, test} from 'vitest';
import {addLine, change, copyOf, newDraft, setQuantity} from '../../src/drafts/draft.js';
import {broughtDown, granted, granting, stockOf} from '../../src/orders/stock.js';
import {BOARD, FREIGHT, HARBOUR, PHONE, SCREWS} from '../samples.js';

const TRIMS = {out_of_stock: 'trim'};
const KEY = BOARD._id;
const empty = newDraft(HARBOUR, 'USD', PHONE);
const having = (quantity) => setQuantity(empty, BOARD, quantity, PHONE);
const claims = ({kind = 'either', committed, promised, invoiced = false} = {}) => ({
  kind, invoiced, committed: new Map(committed && [[KEY, committed]]), promised: new Map(promised && [[KEY, promised]]),
});

test.each([ // 40 in stock
  ['all of the stock is left', BOARD, {}, {}, {left: '40', most: '40'}],
  ['what must stay there is not', BOARD, {}, {stock_reserve: '2.5'}, {left: '37.5', most: '37.5', reserve: '2.5'}],
  ['what other open orders take is not', BOARD, {committed: '39.5'}, {stock_reserve: '0.25'}, {left: '0.25', most: '0.25', taken: '39.5', reserve: '0.25'}],
  ['no less than nothing is left', BOARD, {committed: '50'}, {}, {left: '0', most: '0', taken: '50'}],
  ['stock below nothing leaves nothing', {...BOARD, on_hand: '-2'}, {}, {}, {left: '0', most: '0'}],
  ['what an order has already it keeps', BOARD, {kind: 'order', promised: '60'}, {}, {left: '40', most: '60'}],
  ['what an invoice has lowered comes on top', BOARD, {kind: 'order', promised: '60', invoiced: true}, {}, {left: '40', most: '100'}],
  ['a change of a quote takes nothing', BOARD, {kind: 'quote'}, {}, null],
  ['stock that is not counted says nothing', FREIGHT, {}, {stock_reserve: '5'}, null],
  ['a product that is not here says nothing', undefined, {}, {}, null],
])('%s', (_, product, claiming, settings, expected) => expect(stockOf(product, claims(claiming), settings)).toEqual(expected && {on_hand: product.on_hand, ...expected}));

test.each([
  ['what is there is granted', empty, '40', '40'],
  ['more is brought down to what is left', empty, '41', '40'],
  ['one more than all is not granted', having('40'), '41', '40'],
  ['pieces stay whole', empty, '12', '11', {on_hand: '11.5'}],
  ['parts stay as small as they were asked for', empty, '12.5', '11.7', {on_hand: '11.75'}],
  ['nothing is granted where nothing is left', empty, '1', '0', {on_hand: '0'}],
  ['a line keeps what it has where nothing is left', having('5'), '6', '5', {on_hand: '0'}],
  ['less is granted though it is still too much', having('60'), '55', '55'],
  ['a line may always go', having('60'), '0', '0', {on_hand: '0'}],
  ['stock that is not counted grants all', empty, '500', '500', {on_hand: undefined}],
])('where the company trims, %s', (_, draft, asked, expected, change_ = {}) => {
  expect(granted(draft, {...BOARD, ...change_}, asked, {claims: claims(), settings: TRIMS}).quantity).toBe(expected);
});

test('where the company only has it told, everything is granted', () => {
  for (const settings of [undefined, {}, {out_of_stock: 'tell'}]) expect(granted(empty, BOARD, '500', {claims: claims(), settings})).toEqual({quantity: '500', stock: null});
});

test('all lines of a product share what is left of it', () => {
  const two = setQuantity(addLine(having('39'), BOARD, PHONE), BOARD, '1', PHONE, {key: `${KEY}#2`});
  expect(granted(two, BOARD, '3', {key: `${KEY}#2`, claims: claims(), settings: TRIMS})).toMatchObject({quantity: '1', stock: {left: '1'}});
  expect(granted(two, BOARD, '1', {key: `${KEY}#3`, claims: claims(), settings: TRIMS})).toMatchObject({quantity: '0', stock: {left: '0'}});
});

test.each([
  ['one line', having('60'), '50', [['50', '14.50']]],
  ['one line of pieces', having('60'), '50.5', [['50', '14.50']]],
  ['a line that goes', having('60'), '0', []],
  ['the last line first', setQuantity(addLine(having('6'), BOARD, PHONE), BOARD, '3', PHONE, {key: `${KEY}#2`}), '7', [['6', '14.50'], ['1', '14.50']]],
  ['the last line altogether', setQuantity(addLine(having('6'), BOARD, PHONE), BOARD, '3', PHONE, {key: `${KEY}#2`}), '5', [['5', '14.50']]],
  ['a line that is no more than that', having('6'), '6', [['6', '14.50']]],
  ['a price that the rep has set', change(having('60'), {[`lines/${KEY}/unit_price`]: '12'}, PHONE), '50', [['50', '12']]],
])('%s is brought down by one tap', (_, draft, most, expected) => {
  const {lines} = broughtDown(draft, BOARD, most, PHONE);
  expect(lines.map(({quantity, unit_price: price}) => [quantity, price])).toEqual(expected);
});

test('what is brought down has the price for its quantity', () => {
  const breaks = [{from: '0', price: '14.50'}, {from: '10', price: '12'}];
  const dear = broughtDown(setQuantity(empty, {...BOARD, breaks}, '12', PHONE), {...BOARD, breaks}, '9', PHONE);
  expect(dear.lines.map(({unit_price: price}) => price)).toEqual(['14.50']);
});

test('a copy asks for no more than is left, and names what it has less of', () => {
  const order = {customer: HARBOUR, currency: 'USD', lines: [
    {product: KEY, name: BOARD.name, quantity: '30'}, {product: SCREWS._id, name: SCREWS.name, quantity: '1'}, {product: KEY, name: BOARD.name, quantity: '15'},
  ]};
  const products = new Map([[KEY, BOARD], [SCREWS._id, {...SCREWS, on_hand: '0'}]]);
  const {draft, left, short} = copyOf(order, products, PHONE, granting(claims(), TRIMS));
  expect(draft.lines.map(({product, quantity}) => [product, quantity])).toEqual([[KEY, '40']]);
  expect(left).toEqual([]);
  expect(short).toMatchObject([
    {name: SCREWS.name, asked: '1', quantity: '0', stock: {left: '0'}}, {name: BOARD.name, asked: '45', quantity: '40', stock: {left: '40'}},
  ]);
});
