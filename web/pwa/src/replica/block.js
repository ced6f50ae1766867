// A block of a snapshot: up to 1,000 documents in one line of JSON, grouped by their fields, one column a field.
//   {"n": 0, "groups": [{"fields": ["_id", "_rev", ...], "columns": [[...], [...]]}]}
import {BrokenSnapshot} from './errors.js';

/** The block in a line; throws BrokenSnapshot for anything else. */
export function parseBlock(line) {
  let block;
  try {
    block = JSON.parse(line);
  } catch (error) {
    throw new BrokenSnapshot('a line of the snapshot is cut', {cause: error});
  }
  if (!Number.isInteger(block?.n) || !Array.isArray(block.groups) || !block.groups.every(isGroup)) {
    throw new BrokenSnapshot('a line of the snapshot is no block');
  }
  return block;
}

function isGroup({fields, columns}) {
  if (!Array.isArray(fields) || !fields.includes('_id') || !fields.includes('_rev')) return false;
  if (!Array.isArray(columns) || columns.length !== fields.length) return false;
  return columns.every((column) => Array.isArray(column) && column.length === columns[0].length);
}

/** The ids of a group. */
export function idsOf({fields, columns}) {
  return columns[fields.indexOf('_id')];
}

/** How many documents a block holds. */
export function countOf(block) {
  return block.groups.reduce((sum, group) => sum + idsOf(group).length, 0);
}

/** The document in a row of a group, made anew. */
export function documentAt({fields, columns}, row) {
  const document = {};
  for (let column = 0; column < fields.length; column++) document[fields[column]] = columns[column][row];
  return structuredClone(document);
}

/** The block without the documents of these ids (a Set). */
export function without(block, ids) {
  const groups = block.groups.map((group) => {
    const kept = idsOf(group).map((id) => !ids.has(id));
    return {fields: group.fields, columns: group.columns.map((column) => column.filter((_, row) => kept[row]))};
  });
  return {...block, groups: groups.filter((group) => idsOf(group).length > 0)};
}
