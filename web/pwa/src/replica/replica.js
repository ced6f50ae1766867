// A replica as a page sees it: every call goes to the worker, pages of documents come back.
import {call, listen} from './port.js';
import {Reader} from './reader.js';

const open = new Map(); // name -> Replica

/**
 * Open the replica of a database of the server; what is stored is there without a network.
 *
 * @param {object} options
 * @param {string} options.remote  the database's address, such as `/couch/catalog`
 * @param {string} options.name  its name on this device; one per account and database
 * @param {boolean} [options.writable]  whether the rep writes here; otherwise nothing is ever pushed
 * @param {string} [options.prefix]  which ids the first page and, by default, list and search are about: `product:`
 * @param {string[]} [options.search]  the fields that are searched, the name first; `address.city` reaches inside
 * @param {string[]} [options.keep]  fields that filters look at
 * @returns {Promise<Replica>}
 */
export async function openReplica({remote, name, writable, prefix, search, keep}) {
  if (open.has(name)) return open.get(name);
  const replica = new Replica(name);
  open.set(name, replica);
  listen(name, (event, detail) => replica.happened(event, detail));
  try {
    await call(name, 'open', {remote: new URL(remote, location.href).href.replace(/\/+$/, ''), name, writable, prefix, search, keep});
  } catch (error) {
    forget(name);
    throw error;
  }
  return replica;
}

/** One database on this device. Errors have the names in errors.js, or PouchDB's. */
export class Replica extends Reader {
  /** Resolves to the first page, {documents, total, from}, as soon as there is one, stored or arriving. */
  ready;
  #listeners = new Map(); // event -> Set of functions
  #arrived;

  constructor(name) {
    super();
    this.name = name;
    this.names = [name];
    this.ready = new Promise((resolve) => { this.#arrived = resolve; });
  }

  /** Write a document, as PouchDB's put: resolves to {id, rev}, rejects with status 409 unless `_rev` is the newest. */
  put(document) {
    return call(this.name, 'put', {document});
  }

  /**
   * Push, then pull; the first time everything. Resolves to {pulled_by, documents, pushed, refused}: by 'snapshot' or
   * 'plain' (the first time, or from anew), 'delta' or 'replication'. Rejects with Unreachable, Refused (status 401 or
   * 403), ServerTrouble, BrokenSnapshot; whatever it was, it goes on where it stopped.
   */
  sync() {
    return call(this.name, 'sync', {});
  }

  /** {stage, mode, generation, sequence, documents, in_base, in_pouch, unsent, refused, synced_at, syncing} */
  status() {
    return call(this.name, 'status', {});
  }

  /** Delete it from this device; refuses while something is unsent unless `discard`. */
  async destroy({discard = false} = {}) {
    await call(this.name, 'destroy', {discard});
    forget(this.name);
  }

  /** Let go of it; what is stored stays. */
  async close() {
    await call(this.name, 'close', {});
    forget(this.name);
  }

  /**
   * Hear of 'change' ({ids}: which documents, null for many), 'progress' ({stage, documents, documents_total, bytes,
   * bytes_total, seconds_left}) or 'ready' (the first page). Returns a function that ends it.
   */
  on(event, listener) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
    this.#listeners.get(event).add(listener);
    return () => this.#listeners.get(event).delete(listener);
  }

  /** @internal */
  happened(event, detail) {
    if (event === 'ready') this.#arrived(detail);
    for (const listener of this.#listeners.get(event) ?? []) listener(detail);
  }
}

function forget(name) {
  open.delete(name);
  listen(name, null);
}
