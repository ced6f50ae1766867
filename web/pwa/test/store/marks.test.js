import assert from 'node:assert/strict';
import {test} from 'vitest';
import {lossOf, Marks} from '../../src/store/marks.js';
import {memory, page} from '../memory.js';
import {REP} from '../samples.js';

const AT = '2026-11-25T16:45:12.345Z';
const HELD = {device: 'app-1', rep: REP, unsent: 2, drafts: 1, at: AT};
const LATER = '2026-11-26T08:00:00.000Z';

test('the cookie still knows what was held when localStorage is gone, and the other way round', () => {
  const [storage, document] = [memory(), page()];
  new Marks(storage, document, false).note(HELD);
  assert.deepEqual(new Marks(memory(), document, false).known(), HELD);
  assert.deepEqual(new Marks(storage, page(), false).known(), HELD);
});

test('the newer mark counts', () => {
  const [storage, document] = [memory(), page()];
  new Marks(memory(), document, false).note({...HELD, unsent: 0, at: LATER});
  new Marks(storage, page(), false).note(HELD);
  assert.equal(new Marks(storage, document, false).known().unsent, 0);
});

test('whoever leaves has lost nothing', () => {
  const marks = new Marks(memory(), page(), false);
  marks.note(HELD);
  marks.forget();
  assert.equal(marks.known(), null);
});

test('a database without its mark is a loss only where the same rep held something', () => {
  assert.deepEqual(lossOf(HELD, REP, LATER), {at: LATER, unsent: 2, drafts: 1, known_at: AT});
  assert.equal(lossOf(HELD, 'ranother22222222', LATER), null);
  assert.equal(lossOf(null, REP, LATER), null);
});

test('what cannot be read is nothing', () => {
  const [storage, document] = [memory(), page()];
  storage.setItem('roadbook.holds', '{');
  document.cookie = 'roadbook=%7B';
  assert.equal(new Marks(storage, document, false).known(), null);
});
