import {expect, test} from 'vitest';
import {committedIn} from '../../src/outbox/committed.js';
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
