// Reads a snapshot as it comes: a header, blocks, the leaves of conflicted documents, and an end that proves it whole.
import {countOf, parseBlock} from './block.js';
import {BrokenSnapshot} from './errors.js';

export const FORMAT = 1;

/** The lines of a body, each as soon as it is complete; what follows the last line break is the last line. */
export async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let parts = [];
  try {
    for (;;) {
      const {value, done} = await reader.read();
      if (done) break;
      let from = 0;
      for (let at = value.indexOf('\n'); at >= 0; at = value.indexOf('\n', from)) {
        parts.push(value.slice(from, at));
        yield parts.join('');
        parts = [];
        from = at + 1;
      }
      if (from < value.length) parts.push(value.slice(from));
    }
    if (parts.length) yield parts.join('');
  } finally {
    reader.cancel().catch(() => {}); // whoever stopped reading has its own error to tell
  }
}

/**
 * Read a snapshot's lines. `onBlock(block, line)` hears of each block in turn.
 * Resolves to {header, leaves} when everything the header and the end promise has come; rejects with BrokenSnapshot.
 */
export async function readSnapshot(lines, onBlock) {
  let header = null;
  let leaves = [];
  let documents = 0;
  let blocks = 0;
  for await (const line of lines) {
    if (!header) {
      header = headerIn(line);
    } else if (blocks < header.blocks) {
      const block = parseBlock(line);
      if (block.n !== blocks++) throw new BrokenSnapshot(`block ${block.n} of the snapshot is out of turn`);
      documents += countOf(block);
      await onBlock(block, line);
    } else {
      const last = parsed(line);
      if (Array.isArray(last.leaves)) {
        leaves = last.leaves;
        documents += new Set(leaves.map(({_id}) => _id)).size;
      } else if (last.end === true) {
        if (documents !== header.count || last.count !== header.count) {
          throw new BrokenSnapshot(`the snapshot holds ${documents} documents, not ${header.count}`);
        }
        return {header, leaves};
      } else {
        throw new BrokenSnapshot('the snapshot has a line that is not known');
      }
    }
  }
  throw new BrokenSnapshot(`the snapshot broke off after ${documents} documents`);
}

function headerIn(line) {
  const header = parsed(line);
  if (header.format !== FORMAT) throw new BrokenSnapshot(`the snapshot has the format ${header.format}, not ${FORMAT}`);
  if (!Number.isInteger(header.count) || !Number.isInteger(header.blocks)) {
    throw new BrokenSnapshot('the snapshot has no count');
  }
  return header;
}

function parsed(line) {
  try {
    return JSON.parse(line) ?? {};
  } catch (error) {
    throw new BrokenSnapshot('a line of the snapshot is cut', {cause: error});
  }
}
