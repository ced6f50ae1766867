// An overlay: a snapshot as a base that stays packed, and over it a PouchDB with whatever is newer or the rep's own.
// A document is what PouchDB says; only where PouchDB has never heard of it, it is what the base says.
import {parseBlock} from './block.js';
import {Base} from './base.js';
import {Listing} from './listing.js';

const CATCH_UP = 1000; // changes of PouchDB read at once
const DELTA = '_local/delta';

/** Whether PouchDB has never heard of a document: a deleted one is something else. */
function isMissing(error) {
  return error.status === 404 && error.reason !== 'deleted';
}

/** One base with its PouchDB, both of the same number. */
export class Overlay {
  /** `Database` is PouchDB; `record` is the overlay's in the storage's state; `fields` are searched, `kept` in the listing. */
  constructor({Database, storage, record, fields, kept}) {
    this.storage = storage;
    this.record = record;
    this.number = record.number;
    this.pouch = new Database(`replica-${storage.name}-${record.number}`, {auto_compaction: true});
    this.base = new Base();
    this.listing = new Listing(fields, kept);
    this.over = new Map(); // id -> whether it is deleted: what PouchDB speaks for
    this.read = 0; // PouchDB's own sequence up to which `over` and the listing are true
    this.catching = Promise.resolve();
  }

  /** Read what is stored; `onFirst` is called as soon as there is something to show, or it is whole and holds nothing. */
  async load(onFirst = () => {}) {
    const first = await this.storage.block(this.number, 0);
    if (first !== undefined) this.add(parseBlock(first));
    await this.catchUp();
    if (this.listing.size) onFirst();
    for (const line of await this.storage.blocks(this.number, 1)) this.add(parseBlock(line));
    if (this.record.phase === 'done') onFirst();
    await this.#eraseDeleted();
  }

  /** Take a block into the base in memory. */
  add(block) {
    this.base.add(block);
    this.listing.addBlock(block, this.over);
  }

  /** Resolves to the document or null; options are those of PouchDB's get. */
  async get(id, options = {}) {
    try {
      return await this.pouch.get(id, options);
    } catch (error) {
      if (!isMissing(error)) {
        if (error.status === 404) return null;
        throw error;
      }
      return this.base.get(id) ?? null;
    }
  }

  /** A page of documents for ids of the listing. */
  async documents(ids) {
    const over = ids.filter((id) => this.over.has(id));
    const {rows} = over.length ? await this.pouch.allDocs({keys: over, include_docs: true}) : {rows: []};
    const documents = new Map(rows.filter(({doc}) => doc).map(({id, doc}) => [id, doc]));
    return ids.map((id) => documents.get(id) ?? this.base.get(id)).filter(Boolean);
  }

  /** Write a document of the rep's: the base's revision is brought into PouchDB first, so that the new one follows it. */
  async put(document) {
    await this.promote(document._id);
    const written = await this.pouch.put(document);
    await this.catchUp();
    return {id: written.id, rev: written.rev};
  }

  /** Bring the base's document into PouchDB unless PouchDB knows it already. */
  async promote(id) {
    const document = this.base.get(id);
    if (!document) return;
    try {
      await this.pouch.get(id);
    } catch (error) {
      if (isMissing(error)) await this.write([document]);
      else if (error.status !== 404) throw error;
    }
  }

  /** Write documents with the revisions that they have; throws when one cannot be written. */
  async write(documents) {
    const answers = documents.length ? await this.pouch.bulkDocs(documents, {new_edits: false}) : [];
    const failed = answers.find((answer) => answer.error);
    if (failed) throw Object.assign(new Error(`${failed.id} could not be stored: ${failed.message}`), {cause: failed});
  }

  /**
   * Follow PouchDB: listing, and what was deleted there leaves the base, in memory and stored. Safe to repeat.
   * Resolves to the ids that changed.
   */
  catchUp() {
    this.catching = this.catching.then(() => this.#catchUp(), () => this.#catchUp());
    return this.catching;
  }

  async #catchUp() {
    const changed = [];
    for (;;) {
      const page = await this.pouch.changes({since: this.read, limit: CATCH_UP, include_docs: true});
      for (const {id, doc, deleted} of page.results) {
        if (id.startsWith('_design/')) continue;
        this.over.set(id, Boolean(deleted));
        if (deleted) this.listing.remove(id);
        else this.listing.put(doc);
        changed.push(id);
      }
      if (page.results.length < CATCH_UP) {
        await this.#eraseDeleted(changed);
        this.read = page.last_seq;
        return changed;
      }
      this.read = page.last_seq;
    }
  }

  async #eraseDeleted(ids = this.over.keys()) {
    const deleted = [...ids].filter((id) => this.over.get(id));
    const blocks = this.base.erase(deleted);
    await Promise.all(blocks.map((block) => this.storage.putBlock(this.number, block.n, JSON.stringify(block))));
  }

  /** Where the server's changes have been read up to: {sequence, generation, replicated_at}. */
  async position() {
    try {
      return await this.pouch.get(DELTA);
    } catch (error) {
      if (error.status === 404) return {};
      throw error;
    }
  }

  async movePosition(fields) {
    const position = await this.position();
    await this.pouch.put({...position, ...fields, _id: DELTA});
  }

  /** Bring the leaves of these documents into another overlay, as they are. */
  async carry(ids, to) {
    for (const id of ids) {
      const leaves = await this.pouch.get(id, {open_revs: 'all', revs: true}).catch((error) => {
        if (error.status === 404) return [];
        throw error;
      });
      await to.write(leaves.filter(({ok}) => ok).map(({ok}) => ok));
    }
    await to.catchUp();
  }

  /** Stop using it; what is stored stays. */
  async close() {
    await this.catching.catch(() => {});
    await this.pouch.close();
  }
}
