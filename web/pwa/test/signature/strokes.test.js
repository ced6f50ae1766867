import assert from 'node:assert/strict';
import {test} from 'vitest';
import {MOST, pathOf} from '../../src/signature/strokes.js';

const PATH = /^M[0-9Ml -]*$/; // as the guard has it

/** A scrawl of so many strokes and points, the same each time. */
function scrawl(strokes, points) {
  return Array.from({length: strokes}, (_, stroke) => Array.from({length: points}, (_, point) => [
    stroke * 5 + 150 + 140 * Math.sin(point * 1.7 + stroke), 90 + 80 * Math.cos(point * 2.3 + stroke * stroke),
  ]));
}

test('nothing drawn is no signature', () => assert.equal(pathOf([]), ''));
test('a stroke without a point is left out', () => assert.equal(pathOf([[]]), ''));
test('a dot can be seen', () => assert.equal(pathOf([[[12.4, 80.6]]]), 'M12 81l1 0'));
test('a straight line needs its ends only', () => assert.equal(pathOf([[[0, 0], [10, 10], [20, 20.2], [30, 30]]]), 'M0 0l30 30'));
test('a corner stays', () => assert.equal(pathOf([[[0, 0], [30, 0], [30, 40]]]), 'M0 0l30 0 0 40'));
test('every stroke begins anew', () => assert.equal(pathOf([[[0, 0], [5, 5]], [[9, 9], [4, 9]]]), 'M0 0l5 5M9 9l-5 0'));
test('what leaves the pad at the top or left ends at its edge', () => assert.equal(pathOf([[[-5, 3], [10, -8]]]), 'M0 3l10 -3'));

for (const [strokes, points] of [[1, 40], [4, 300], [30, 500], [900, 3]]) {
  test(`${strokes} strokes of ${points} points fit into an order`, () => {
    const path = pathOf(scrawl(strokes, points));
    assert.ok(path.length > 0 && path.length <= MOST, String(path.length));
    assert.match(path, PATH);
  });
}
