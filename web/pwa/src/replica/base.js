// The base of an overlay in memory: a snapshot's blocks as they are, and where each document is.
import {documentAt, idsOf, without} from './block.js';

/** What the server had when the snapshot was made, less what has been deleted since. */
export class Base {
  constructor() {
    this.blocks = new Map(); // n -> block
    this.places = new Map(); // id -> {n, group, row}
  }

  get size() {
    return this.places.size;
  }

  add(block) {
    this.blocks.set(block.n, block);
    for (const group of block.groups) idsOf(group).forEach((id, row) => this.places.set(id, {n: block.n, group, row}));
  }

  has(id) {
    return this.places.has(id);
  }

  /** The document, or undefined. */
  get(id) {
    const place = this.places.get(id);
    return place && documentAt(place.group, place.row);
  }

  /** Take documents out; returns the blocks that are different now. */
  erase(ids) {
    const erased = new Set([...ids].filter((id) => this.places.has(id)));
    const changed = new Set([...erased].map((id) => this.places.get(id).n));
    for (const id of erased) this.places.delete(id);
    return [...changed].map((n) => {
      const block = without(this.blocks.get(n), erased);
      this.add(block);
      return block;
    });
  }
}
