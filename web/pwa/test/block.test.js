import {expect, test} from 'vitest';
import {Base} from '../src/replica/base.js';
import {countOf, documentAt, parseBlock, without} from '../src/replica/block.js';
import {groupsOf} from './server.js';

const documents = [
  {_id: 'a', _rev: '1-a', name: 'A', stock: {north: 1}},
  {_id: 'b', _rev: '1-b', name: 'B', stock: {north: 2}},
  {_id: 'c', _rev: '1-c', sku: null},
];
const line = JSON.stringify({n: 4, groups: groupsOf(documents)});

test('a block gives back every document as it was', () => {
  const block = parseBlock(line);
  expect(countOf(block)).toBe(3);
  expect(block.groups.flatMap((group) => group.columns[0].map((_, row) => documentAt(group, row)))).toEqual(documents);
});

test('a document is made anew, so that changing it does not change the block', () => {
  const block = parseBlock(line);
  documentAt(block.groups[0], 0).stock.north = 99;
  expect(documentAt(block.groups[0], 0).stock.north).toBe(1);
});

test('documents can be taken out, and a group without any goes with them', () => {
  const block = without(parseBlock(line), new Set(['a', 'c']));
  expect(block).toEqual({n: 4, groups: groupsOf([documents[1]])});
});

test.each([
  ['{"n": 0, "groups": [{"fields"', 'cut'],
  ['{"end": true}', 'no block'],
  ['{"n": "0", "groups": []}', 'no block'],
  ['{"n": 0, "groups": [{"fields": ["_id", "_rev"], "columns": [["a"]]}]}', 'no block'],
  ['{"n": 0, "groups": [{"fields": ["_id", "_rev"], "columns": [["a", "b"], ["1-a"]]}]}', 'no block'],
  ['{"n": 0, "groups": [{"fields": ["_id"], "columns": [["a"]]}]}', 'no block'],
  ['null', 'no block'],
])('%s is refused', (bad, why) => {
  expect(() => parseBlock(bad)).toThrow(expect.objectContaining({name: 'BrokenSnapshot', message: expect.stringContaining(why)}));
});

test('a base finds documents, and those that are erased leave no trace in its blocks', () => {
  const base = new Base();
  base.add(parseBlock(line));
  expect([base.size, base.get('b'), base.get('d')]).toEqual([3, documents[1], undefined]);
  const changed = base.erase(['a', 'd']);
  expect(JSON.stringify(changed)).not.toContain('"a"');
  expect([base.has('a'), base.get('b'), base.get('c'), base.size]).toEqual([false, documents[1], documents[2], 2]);
  expect(base.erase(['a'])).toEqual([]);
});
