// Several replicas that are read as one, and may come and go: the territories of a rep.
import {Reader} from './reader.js';

/** Reads, syncs and tells as one Replica does; `members` is a Map from a key to its Replica. */
export class ReplicaGroup extends Reader {
  /** Resolves to the first page of the first member that has one. */
  ready;
  members = new Map();
  #listeners = []; // {event, listener, ends: Map of a member's key to what ends it}
  #arrived;
  #told = new Map(); // a member's key -> how far its first sync is

  constructor() {
    super();
    this.ready = new Promise((resolve) => { this.#arrived = resolve; });
  }

  get names() {
    return [...this.members.values()].map(({name}) => name);
  }

  /** Take a replica in. */
  add(key, replica) {
    this.members.set(key, replica);
    replica.ready.then(this.#arrived);
    for (const each of this.#listeners) this.#attach(each, key, replica);
  }

  /** Leave a replica out and delete it from this device. */
  async remove(key) {
    const replica = this.members.get(key);
    this.members.delete(key);
    this.#told.delete(key);
    for (const {ends} of this.#listeners) ends.get(key)?.();
    await replica.destroy({discard: true});
  }

  /** Sync all; the first trouble is told once all have been tried. */
  async sync() {
    const results = await Promise.allSettled([...this.members.values()].map((replica) => replica.sync()));
    const trouble = results.find(({reason}) => reason);
    if (trouble) throw trouble.reason;
    return results.map(({value}) => value);
  }

  /** Delete all from this device. */
  async destroy(options) {
    await Promise.all([...this.members.values()].map((replica) => replica.destroy(options)));
  }

  /** Hear of what happens to any of them; 'progress' tells the sums. Returns a function that ends it. */
  on(event, listener) {
    const each = {event, listener, ends: new Map()};
    this.#listeners.push(each);
    for (const [key, replica] of this.members) this.#attach(each, key, replica);
    return () => {
      this.#listeners.splice(this.#listeners.indexOf(each), 1);
      for (const end of each.ends.values()) end();
    };
  }

  #attach({event, listener, ends}, key, replica) {
    ends.set(key, replica.on(event, (detail) => listener(event === 'progress' ? this.#sums(key, detail) : detail)));
  }

  #sums(key, detail) {
    this.#told.set(key, detail);
    const all = [...this.#told.values()];
    const sum = (field) => (all.some(({[field]: value}) => value === null || value === undefined) ? null : all.reduce((total, {[field]: value}) => total + value, 0));
    return {
      ...detail, documents: sum('documents'), documents_total: sum('documents_total'), bytes: sum('bytes'), bytes_total: sum('bytes_total'),
      seconds_left: Math.max(...all.map(({seconds_left: left}) => left ?? 0)),
    };
  }
}
