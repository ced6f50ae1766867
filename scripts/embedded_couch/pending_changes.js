'use strict';
/** Counts the changes after a sequence number without reading them again for each page of a feed. */

const counters = new WeakMap(); // database: PendingChanges

/** The newest sequence number of each document, kept up to date by reading only what came since the last question. */
class PendingChanges {
  constructor(database) {
    this.database = database;
    this.floor = Infinity; // nothing is known of changes up to here
    this.seen = Infinity;
    this.newest = new Map(); // document id: sequence number
    this.sorted = []; // all of those numbers, ascending
    this.queue = Promise.resolve();
  }

  /** How many changes a feed that has come to this sequence number has yet to report. */
  after(sequence) {
    const prepare = () => {
      if (sequence < this.floor) this.beginAt(sequence);
      return this.catchUp();
    };
    this.queue = this.queue.then(prepare, prepare);
    return this.queue.then(() => this.sorted.length - this.position(sequence));
  }

  // Feeds go forward, so that what lies before the first question is rarely needed: it is not read until then.
  beginAt(sequence) {
    this.floor = sequence;
    this.seen = sequence;
    this.newest.clear();
    this.sorted = [];
  }

  async catchUp() {
    const {update_seq: latest} = await this.database.info();
    if (latest <= this.seen) return;
    const {results, last_seq: last} = await this.database.changes({since: this.seen});
    const replaced = new Set(results.map(({id}) => this.newest.get(id)).filter((number) => number !== undefined));
    if (replaced.size) this.sorted = this.sorted.filter((number) => !replaced.has(number));
    for (const {id, seq} of results) {
      this.newest.set(id, seq);
      this.sorted.push(seq);
    }
    this.seen = last;
  }

  // The first place whose number is greater, by bisection.
  position(sequence) {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle] <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The number of changes of a database after a sequence number. */
function pendingAfter(database, sequence) {
  if (!counters.has(database)) counters.set(database, new PendingChanges(database));
  return counters.get(database).after(sequence);
}

module.exports = {pendingAfter};
