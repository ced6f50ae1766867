import assert from 'node:assert/strict';
import {test} from 'vitest';
import {isRival, isTakenUp, sorted} from '../../src/outbox/versions.js';

const [LOW, HIGH, THIRD] = ['1-a', '1-f', '1-c'].map((_rev) => ({_rev}));
const CASES = [
  ['one version counts whatever is known of it', [LOW], {refused: {'1-a': 'no'}}, '1-a'],
  ['without an answer the one counts that every client shows', [LOW, HIGH, THIRD], {}, '1-f'],
  ['what the connector accepted counts', [LOW, HIGH], {accepted: '1-a'}, '1-a'],
  ['a receipt for a version that is not here decides nothing', [LOW, HIGH], {accepted: '1-b'}, '1-f'],
  ['a refused version gives way to the one that puts it right', [LOW, HIGH], {refused: {'1-f': 'no'}}, '1-a'],
  ['where all were refused, the first is shown', [LOW, HIGH], {refused: {'1-f': 'no', '1-a': 'no'}}, '1-f'],
];
for (const [what, versions, facts, expected] of CASES) {
  test(what, () => {
    const {counts, others} = sorted(versions, facts);
    assert.equal(counts._rev, expected);
    assert.deepEqual(new Set([counts, ...others]), new Set(versions));
  });
}

test('a version is a rival unless it was refused and put right', () => {
  assert.deepEqual([null, 'write_once: a submitted order is never changed', 'wrong_total: no'].map((refused) => isRival({refused})), [true, true, false]);
});

const line = {product: 'product:11', name: 'Oak board 2 m', quantity: '9', unit_price: '14.50', discount: '0', amount: '130.50'};
const rival = {document: {type: 'amendment', captured_at: '2026-11-25T17:00:00Z', lines: [line], charges: [], total: '130.50'}};
const after = {...rival.document, captured_at: '2026-11-25T18:00:00Z'};
for (const [what, later, expected] of [
  ['nothing came later', [], false],
  ['a later change says the same', [{...after, lines: [{...line, name: 'Oak board'}]}], true],
  ['an earlier change says the same', [{...after, captured_at: '2026-11-25T16:00:00Z'}], false],
  ['a later change says something else', [{...after, lines: [{...line, quantity: '8'}]}], false],
  ['the order was withdrawn', [{type: 'cancellation', captured_at: '2026-11-25T18:00:00Z'}], false],
]) {
  test(`a version that does not count is ${expected ? '' : 'not '}taken up when ${what}`, () => assert.equal(isTakenUp(rival, later), expected));
}
