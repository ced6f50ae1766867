import {describe, expect, test} from 'vitest';
import {enteredIn, idsOf, problemsIn, requestOf, requestsIn} from '../../src/customers/requests.js';
import {PHONE, REP} from '../samples.js';

const ULID = '01KAXQ3V0000000000000000RB';
const ENTERED = {name: '  Harbour\t Joinery ', contact: 'Ann', phone: '555', email: 'ann@harbour.example', street: 'Quay 1', city: 'Bath', note: 'Ring\r\ntwice'};

test('a request says what was entered, tidied, and leaves out what was not', () => {
  expect(requestOf({...ENTERED, region: ' '}, ULID, PHONE)).toEqual({
    _id: `custreq:${ULID}`, type: 'customer_request', schema: 1, rep: REP, device: 'phone-1', captured_at: '2026-11-25T16:45:12.345Z',
    name: 'Harbour Joinery', contact: 'Ann', phone: '555', email: 'ann@harbour.example', note: 'Ring\ntwice', address: {street: 'Quay 1', city: 'Bath'},
  });
  expect(requestOf({name: 'A'}, ULID, PHONE)).not.toHaveProperty('address');
});

test('what was entered for a request is there again to be put right', () => {
  const request = requestOf(ENTERED, ULID, PHONE);
  expect(requestOf(enteredIn(request), ULID, PHONE)).toEqual(request);
});

test.each([
  ['no name', {}, {name: 'missing'}],
  ['a name of blanks', {name: ' \t'}, {name: 'missing'}],
  ['a colon in the name', {name: 'Harbour: Yard'}, {name: 'colon'}],
  ['a name that is too long', {name: 'x'.repeat(501)}, {name: 'long'}],
  ['a telephone number that is too long', {name: 'A', phone: '5'.repeat(31)}, {phone: 'long'}],
  ['an e-mail address that is none', {name: 'A', email: 'ann at harbour'}, {email: 'email'}],
  ['all that is needed', {name: 'A'}, {}],
])('with %s', (_, entered, problems) => {
  expect(problemsIn(entered)).toEqual(problems);
});

describe('where a request is', () => {
  const request = requestOf(ENTERED, ULID, PHONE);
  const receipt = (fields) => ({_id: `receipt:${ULID}`, type: 'receipt', of: request._id, ...fields});
  const reason = {code: 'name_taken', text: 'The name is taken.', who: 'office'};
  const found = (documents, {unsent = [], refused = {}} = {}) => requestsIn([request, ...documents], {unsent, refused})[0];
  test.each([
    ['it was not sent yet', [], {unsent: [request._id]}, {place: 'device', reason: null, customer: null}],
    ['it was sent', [], {}, {place: 'server', reason: null, customer: null}],
    ['the guard refused it', [], {refused: {[request._id]: 'bad_field: no such field'}}, {place: 'attention', reason: {code: 'bad_field', text: 'no such field', who: 'rep'}}],
    ['the office adds customers', [], {refused: {[request._id]: 'no_new_customers: ask it'}}, {place: 'attention', reason: {code: 'no_new_customers', text: 'ask it', who: 'office'}}],
    ['it was received', [receipt({state: 'received'})], {}, {place: 'server', customer: null}],
    ['it will be tried again', [receipt({state: 'waiting', reason})], {}, {place: 'server', reason}],
    ['the name is taken', [receipt({state: 'parked', reason})], {}, {place: 'attention', reason, customer: null}],
    ['it is in QuickBooks', [receipt({state: 'posted', customer: {id: '58', name: 'Harbour Joinery'}})], {}, {place: 'quickbooks', customer: {id: 'customer:58', name: 'Harbour Joinery'}}],
  ])('%s', (_, documents, state, expected) => {
    expect(found(documents, state)).toMatchObject(expected);
  });

  test('orders for the request are orders for the customer that it became', () => {
    const requests = requestsIn([request, receipt({state: 'posted', customer: {id: 'customer:58'}})], {unsent: [], refused: {}});
    expect(idsOf('customer:58', requests)).toEqual(new Set(['customer:58', request._id]));
    expect(idsOf('customer:59', requests)).toEqual(new Set(['customer:59']));
  });
});
