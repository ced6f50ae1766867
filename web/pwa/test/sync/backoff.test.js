import assert from 'node:assert/strict';
import {test} from 'vitest';
import {waitAfter} from '../../src/sync/backoff.js';

test('the wait doubles from two seconds to five minutes', () => {
  assert.deepEqual([1, 2, 3, 9, 1000].map((failures) => waitAfter(failures, false, 1)), [2000, 4000, 8000, 300_000, 300_000]);
});

test('chance takes off up to half of it', () => assert.equal(waitAfter(2, false, 0), 2000));

test('while no server answers it is asked every half minute at least', () => assert.equal(waitAfter(1000, true, 1), 30_000));
