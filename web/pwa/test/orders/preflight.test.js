import assert from 'node:assert/strict';
import {test} from 'vitest';
import {addLine, change, newDraft, setCharge, setQuantity} from '../../src/drafts/draft.js';
import {orderOf} from '../../src/orders/order.js';
import {preflight} from '../../src/orders/preflight.js';
import {AT, BOARD, FREIGHT, HARBOUR, PHONE, SCREWS} from '../samples.js';

const draft = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '12', PHONE);
const fine = {customer: HARBOUR, products: new Map([[BOARD._id, BOARD]]), recent: [], now: AT.getTime()};
const told = (facts, of = draft) => preflight(of, {...fine, ...facts}).map(({code, weight}) => `${code} ${weight}`);
const selling = (change) => ({products: new Map([[BOARD._id, {...BOARD, ...change}]])});

const TRIMS = {currency: 'USD', out_of_stock: 'trim'};
const claiming = ({kind = 'either', ...quantities}) => {
  const [committed, promised] = ['committed', 'promised'].map((name) => new Map(quantities[name] && [[BOARD._id, quantities[name]]]));
  return {kind, committed, promised, invoiced: false};
};

test('an order as it should be has no warning', () => assert.deepEqual(told({}), []));

const TROUBLE = [
  ['the customer is not on this device', {customer: undefined}, ['customer_unknown asks']],
  ['the customer became inactive', {customer: {...HARBOUR, active: false}}, ['customer_inactive asks']],
  ['the customer is billed in another currency', {customer: {...HARBOUR, currency: 'EUR'}}, ['other_currency asks']],
  ['the company turned out to have another currency', {settings: {currency: 'EUR'}}, ['other_currency asks']],
  ['the product is not on this device', {products: new Map()}, ['product_unknown asks']],
  ['the product became inactive', selling({active: false}), ['product_inactive asks']],
  ['the product is a bundle', selling({kind: 'bundle'}), ['product_is_a_bundle stops']],
  ['the product has no tax code', selling({tax_code: null}), ['product_without_tax_code asks']],
  ['this customer does not buy the product', selling({hidden: true}), ['product_not_for_customer tells']],
  ['there are fewer in stock', selling({on_hand: '11.5'}), ['beyond_stock tells']],
  ['other open orders take too much of the stock', {claims: claiming({committed: '28.5'})}, ['beyond_stock tells']],
  ['other open orders leave just enough', {claims: claiming({committed: '28'})}, []],
  ['the company wants more left in stock', {settings: {stock_reserve: '28.5'}}, ['beyond_stock tells']],
  ['just as much is left as the company wants', {settings: {stock_reserve: '28'}}, []],
  ['the company trims and there are fewer', {...selling({on_hand: '11.5'}), settings: TRIMS}, ['beyond_stock stops']],
  ['the company trims and there are just enough', {...selling({on_hand: '12.0'}), settings: TRIMS}, []],
  ['the company trims and stock is not counted', {...selling({on_hand: undefined}), settings: TRIMS}, []],
  ['a quote is changed', {...selling({on_hand: '1'}), settings: TRIMS, claims: claiming({kind: 'quote'})}, []],
  ['an order is changed and asks for no more than before', {...selling({on_hand: '1'}), settings: TRIMS, claims: claiming({kind: 'order', promised: '12'})}, []],
  ['an order is changed and asks for more', {...selling({on_hand: '1'}), settings: TRIMS, claims: claiming({kind: 'order', promised: '11'})}, ['beyond_stock stops']],
  ['stock is below nothing', selling({on_hand: '-2'}), ['beyond_stock tells']],
  ['stock is not counted', selling({on_hand: undefined}), []],
  ['there are just enough', selling({on_hand: '12.0'}), []],
  ['the price changed since', selling({unit_price: '15'}), ['price_changed tells']],
  ['the price is written otherwise', selling({unit_price: '14.5'}), []],
  ['the customer’s price changed since', selling({breaks: [{from: '0', price: '14.50'}, {from: '12', price: '13'}]}), ['price_changed tells']],
];
for (const [what, facts, expected] of TROUBLE) {
  test(`it warns when ${what}: ${expected}`, () => assert.deepEqual(told(facts), expected));
}

test('a charge is looked at like a product', () => {
  const charged = setCharge(draft, FREIGHT, '25', PHONE);
  const with_ = (freight) => ({products: new Map([[BOARD._id, BOARD], ...(freight ? [[FREIGHT._id, freight]] : [])])});
  assert.deepEqual(told(with_(FREIGHT), charged), []);
  assert.deepEqual(told(with_({...FREIGHT, active: false}), charged), ['product_inactive asks']);
  assert.deepEqual(told(with_(null), charged), ['product_unknown asks']);
});

test('a customer who was only asked for is told, and stops nothing', () => {
  const asked = change(draft, {customer: {id: 'custreq:01KB4Q9V7M5X3E8RTW2D000003', name: 'New Bakery'}}, PHONE);
  assert.deepEqual(told({customer: undefined}, asked), ['customer_asked_for tells']);
});

test('the price that the rep has set stays, and is told apart', () => {
  const own = change(draft, {[`lines/${BOARD._id}/unit_price`]: '12'}, PHONE);
  assert.deepEqual(told({}, own), []);
  assert.deepEqual(told(selling({unit_price: '15'}), own), ['list_price_changed tells']);
});

test('the same line twice is asked for, another price on the second line is not', () => {
  const one = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '1', PHONE);
  const twice = addLine(one, BOARD, PHONE);
  assert.deepEqual(told({}, twice), ['repeated_line asks']);
  assert.deepEqual(told({}, change(twice, {[`lines/${BOARD._id}#2/discount`]: '1'}, PHONE)), []);
});

test('stock is reckoned over all lines of a product, and told once', () => {
  const two = setQuantity(addLine(setQuantity(draft, BOARD, '39', PHONE), BOARD, PHONE), BOARD, '2', PHONE, {key: `${BOARD._id}#2`});
  assert.deepEqual(preflight(two, fine).map(({code, wanted}) => [code, wanted]), [['beyond_stock', '41']]);
});

test('what is beyond stock stops an order alone, unless it cannot become a quote any more', () => {
  const only = (kind) => preflight(draft, {...fine, ...selling({on_hand: '1'}), settings: TRIMS, claims: claiming({kind})}).map((warning) => [warning.only, warning.most]);
  assert.deepEqual(only('either'), [['order', '1']]);
  assert.deepEqual(only('order'), [[undefined, '1']]);
});

test.each([
  ['a discount on the whole order', {discount: {share: '0.05'}}, true],
  ['a discount that the price carries', {'lines/product:11/discount': '0.125'}, false],
  ['a discount that no price can carry', {'lines/product:11/unit_price': '14.51', 'lines/product:11/discount': '0.1234'}, true],
  ['no discount', {}, false],
])('where discounts are turned off, %s is told or not', (_, changes, expected) => {
  const off = {settings: {discounts: false, currency: 'USD'}};
  assert.equal(told(off, change(draft, changes, PHONE)).includes('discounts_off asks'), expected);
  assert.deepEqual(told({settings: {discounts: true}}, change(draft, changes, PHONE)).filter((warning) => warning.startsWith('discounts')), []);
});

test('more lines than an order may have stop it', () => {
  const lines = Array.from({length: 501}, (_, index) => ({...draft.lines[0], quantity: String(index + 1), line: index || undefined, position: index}));
  assert.ok(told(selling({on_hand: undefined}), {...draft, lines}).includes('too_many_lines stops'));
});

test('a signature of something else stops the order', () => {
  assert.deepEqual(told({}, {...draft, signature: {path: 'M1 1l1 0', of: 'something else'}}), ['signature_outdated stops']);
});

test('a draft that outlived its own order in a crash is no second one', () => {
  assert.deepEqual(told({recent: [orderOf(draft, 'order', PHONE)], now: AT.getTime() + 60_000}), []);
});

test('it warns of the same order minutes ago, whatever the order of its lines', () => {
  const one = setQuantity(setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '1', PHONE), SCREWS, '2', PHONE);
  const other = setQuantity(setQuantity(newDraft(HARBOUR, 'USD', PHONE), SCREWS, '2.0', PHONE), BOARD, '1', PHONE);
  const facts = {products: new Map([[BOARD._id, BOARD], [SCREWS._id, SCREWS]]), recent: [orderOf(one, 'order', PHONE)]};
  assert.deepEqual(told({...facts, now: AT.getTime() + 60_000}, other), ['same_order_minutes_ago asks']);
  assert.deepEqual(told({...facts, now: AT.getTime() + 3_600_000}, other), []);
});
