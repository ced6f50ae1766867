import {expect, test} from 'vitest';
import {claimsOn, committedIn} from '../../src/outbox/committed.js';
import {BOARD} from '../samples.js';

const entry = (fields = {}, where = {}, later = []) => ({
  document: {_id: 'order:1', type: 'order', kind: 'order', lines: [{product: BOARD._id, quantity: '3'}], ...fields}, later,
  where: {place: 'quickbooks', form: 'estimate', outcome: 'posted', ...where},
});
const taken = (...entries) => committedIn(entries).get(BOARD._id);
const amendment = {type: 'amendment', order: 'order:1', number: 1, lines: [{product: BOARD._id, quantity: '1.5'}]};

test.each([
  ['an order that is an estimate takes it', entry(), '3'],
  ['an order on this device takes it', entry({}, {place: 'device', outcome: null}), '3'],
  ['an order that was changed takes what it says now', entry({}, {}, [amendment]), '1.5'],
  ['a quote takes nothing', entry({kind: 'quote'}), undefined],
  ['a quote that became an order takes it', entry({kind: 'quote'}, {}, [{...amendment, kind: 'order'}]), '1.5'],
  ['an order that was withdrawn takes nothing', entry({}, {}, [{type: 'cancellation', order: 'order:1'}]), undefined],
  ['an order that the office closed takes nothing', entry({}, {outcome: 'cancelled'}), undefined],
  ['an order that was invoiced has lowered the stock', entry({}, {outcome: 'converted'}), undefined],
  ['an order that is an invoice from the start has, too', entry({}, {form: 'invoice'}), undefined],
])('%s', (_, order, quantity) => expect(taken(order)).toBe(quantity));

test('orders add up, but for the one that is changed', () => {
  expect(taken(entry(), entry({_id: 'order:2'}))).toBe('6');
  expect(committedIn([entry()], 'order:1').size).toBe(0);
});

const claims = (draft, ...entries) => {
  const {kind, committed, promised, invoiced} = claimsOn(entries, draft);
  return [kind, committed.get(BOARD._id), promised.get(BOARD._id), invoiced];
};
const amends = {amends: 'order:1'};

test.each([
  ['a new draft may become an order or a quote', {}, [entry()], ['either', '3', undefined, false]],
  ['a change of an order keeps what it promised', amends, [entry(), entry({_id: 'order:2'})], ['order', '3', '3', false]],
  ['a change of a changed order keeps what it says now', amends, [entry({}, {}, [amendment])], ['order', undefined, '1.5', false]],
  ['a change of an invoice has lowered the stock', amends, [entry({}, {form: 'invoice'})], ['order', undefined, '3', true]],
  ['a change of a quote takes nothing', amends, [entry({kind: 'quote'})], ['quote', undefined, undefined, false]],
  ['a quote that becomes an order has promised nothing', {...amends, approves: true}, [entry({kind: 'quote'})], ['order', undefined, undefined, false]],
  ['a refused order that is put right keeps what it promised', {repairs: 'order:1'}, [entry({}, {place: 'attention'})], ['either', undefined, '3', false]],
  ['a change of an order that is not here is one of an order', amends, [], ['order', undefined, undefined, false]],
])('%s', (_, draft, entries, expected) => expect(claims(draft, ...entries)).toEqual(expected));
