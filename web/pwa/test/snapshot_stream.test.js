import {expect, test} from 'vitest';
import {linesOf, readSnapshot} from '../src/replica/snapshot_stream.js';
import {groupsOf} from './server.js';

const block = (n, ...ids) => ({n, groups: groupsOf(ids.map((_id) => ({_id, _rev: '1-a'})))});
const header = {format: 1, generation: 'g', sequence: '7', count: 4, blocks: 2};
const leaves = {leaves: [{_id: 'd', _rev: '1-x'}, {_id: 'd', _rev: '1-y'}]};
const end = {end: true, count: 4};
const whole = [header, block(0, 'a'), block(1, 'b', 'c'), leaves, end];

async function read(lines) {
  const seen = [];
  const result = await readSnapshot((async function* () { yield* lines.map((line) => JSON.stringify(line)); })(),
    async ({n}) => seen.push(n));
  return {...result, seen};
}

function bodyOf(...pieces) {
  return new Blob([]).stream().pipeThrough(new TransformStream({
    flush(out) { for (const piece of pieces) out.enqueue(piece); },
  }));
}

test('every block is told in turn, and leaves count as one document each', async () => {
  expect(await read(whole)).toEqual({header, leaves: leaves.leaves, seen: [0, 1]});
});

test.each([
  ['it breaks off', whole.slice(0, 3)],
  ['it breaks off before the end', whole.slice(0, 4)],
  ['nothing came', []],
  ['a block is missing', [header, block(1, 'b', 'c'), leaves, end]],
  ['a document is missing', [header, block(0, 'a'), block(1, 'b'), leaves, end]],
  ['the end counts differently', [...whole.slice(0, 4), {end: true, count: 3}]],
  ['the leaves are missing', [...whole.slice(0, 3), end]],
  ['it has another format', [{...header, format: 2}, ...whole.slice(1)]],
  ['it has no count', [{format: 1, blocks: 2}, ...whole.slice(1)]],
  ['a line is unknown', [...whole.slice(0, 3), {other: 1}, end]],
])('a snapshot is refused when %s', async (_, lines) => {
  await expect(read(lines)).rejects.toMatchObject({name: 'BrokenSnapshot'});
});

test('lines are put together from pieces cut anywhere, inside a letter too', async () => {
  const bytes = new TextEncoder().encode('{"a":"ø"}\n\n{"b":1}\nlast');
  const lines = [];
  for await (const line of linesOf(bodyOf(...[...bytes].map((byte) => Uint8Array.of(byte))))) lines.push(line);
  expect(lines).toEqual(['{"a":"ø"}', '', '{"b":1}', 'last']);
});
