import assert from 'node:assert/strict';
import {test} from 'vitest';
import {Clock} from '../../src/store/clock.js';
import {corrected, skewAt, skewOf} from '../../src/sync/clock.js';
import {memory} from '../memory.js';

const TRUE = Date.parse('2026-11-25T08:00:00Z');
const DAY = 86_400; // seconds
const HOUR = 3_600_000; // milliseconds

test('the skew is taken in the middle of a request', () => {
  const header = new Date(TRUE).toUTCString();
  assert.equal(skewOf(header, TRUE, TRUE + 1000), 0);
  assert.equal(skewOf(header, TRUE + DAY * 1000, TRUE + DAY * 1000 + 1000), DAY);
  assert.equal(skewOf(null, TRUE, TRUE), null);
});

const CASES = [
  ['an hour later', {skew: DAY, at: TRUE}, TRUE + HOUR, DAY],
  ['days later with a clock that is ahead', {skew: DAY, at: TRUE, latest: TRUE + 72 * HOUR}, TRUE + 73 * HOUR, DAY],
  ['after a clock that was ahead was set right', {skew: DAY, at: TRUE}, TRUE - 23 * HOUR, null],
  ['after it was set right days later', {skew: DAY, at: TRUE, latest: TRUE + 72 * HOUR}, TRUE + 50 * HOUR, null],
  ['some hours later with a clock that is behind', {skew: -DAY, at: TRUE}, TRUE + 20 * HOUR, -DAY],
  ['when a clock that was behind may have been set right', {skew: -DAY, at: TRUE}, TRUE + 25 * HOUR, null],
  ['never measured', null, TRUE, null],
  ['days later with a clock that is right', {skew: 1, at: TRUE}, TRUE + 72 * HOUR, 1],
];
for (const [when, measured, now, expected] of CASES) test(`${when}: ${expected}`, () => assert.equal(skewAt(measured, now), expected));

test('only a clock that is wrong is corrected', () => {
  assert.equal(corrected(TRUE, 30).getTime(), TRUE);
  assert.equal(corrected(TRUE + DAY * 1000, DAY).getTime(), TRUE);
  assert.equal(corrected(TRUE, null).getTime(), TRUE);
});

test('a clock that is a day ahead is known to be, over a restart, until it is set right', () => {
  const here = memory();
  let now = TRUE + DAY * 1000;
  const clock = new Clock(here, () => now);
  assert.deepEqual([clock.state, clock.correction], [{skew: null, wrong: false}, 0]);
  clock.heard(new Date(TRUE).toUTCString(), now, now);
  const again = new Clock(here, () => now);
  assert.deepEqual([again.state.wrong, again.now().toISOString().slice(0, 10)], [true, '2026-11-25']);
  now = TRUE;
  assert.deepEqual([again.correction, again.now().getTime()], [0, TRUE]);
});
