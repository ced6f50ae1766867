'use strict';
/** Carries out the documents in the _replicator database, as CouchDB does. */

const {counts, keyOf, withoutPassword} = require('./replication');

const DATABASE = '_replicator';
const RETRY_AFTER = 30_000; // milliseconds

/** Follows the database from its start; `documents` is what _scheduler/docs shows. */
class Replicator {
  constructor(storage, replications) {
    this.storage = storage;
    this.replications = replications;
    this.entries = new Map(); // document id: what is known of its replication
  }

  /** Take up every document that is there and every one that comes. */
  async start() {
    if (!(await this.storage.has(DATABASE))) await this.storage.create(DATABASE);
    this.database = await this.storage.open(DATABASE);
    const {rows} = await this.database.allDocs({include_docs: true});
    rows.forEach(({doc}) => this.take(doc));
    this.database
      .changes({live: true, since: 'now', include_docs: true})
      .on('change', ({doc}) => this.take(doc))
      .on('error', (error) => console.error('replicator:', error.message));
  }

  take(document) {
    const {_id: id, _deleted: deleted} = document;
    if (id.startsWith('_design/')) return;
    const known = this.entries.get(id);
    const signature = deleted ? '' : keyOf(document);
    if (known && known.signature === signature) return; // only its state changed, and that was us
    if (known) {
      this.entries.delete(id);
      clearTimeout(known.retry);
      if (known.job) known.job.cancel();
    }
    if (deleted) return;
    const entry = {
      signature,
      state: document._replication_state || 'initializing',
      info: null,
      source: withoutPassword(document.source),
      target: withoutPassword(document.target),
    };
    this.entries.set(id, entry);
    if (entry.state !== 'completed') this.run(document, entry);
  }

  async run(document, entry) {
    const id = document._id;
    const isCurrent = () => this.entries.get(id) === entry;
    try {
      const job = await this.replications.start(document, id);
      if (!isCurrent()) return job.cancel();
      entry.job = job;
      entry.state = 'running';
      const numbers = counts(await job.finished);
      if (isCurrent()) await this.note(id, entry, 'completed', numbers, {_replication_stats: numbers});
    } catch (error) {
      if (!isCurrent()) return undefined;
      const reason = String(error.reason || error.message || error);
      await this.note(id, entry, 'error', {error: reason}, {_replication_state_reason: reason});
      entry.retry = setTimeout(() => this.run(document, entry), RETRY_AFTER);
      entry.retry.unref();
    }
    return undefined;
  }

  async note(id, entry, state, info, fields) {
    Object.assign(entry, {state, info});
    for (;;) {
      const document = await this.database.get(id).catch(() => null);
      if (!document) return;
      const time = new Date().toISOString();
      const noted = {...document, ...fields, _replication_state: state, _replication_state_time: time};
      try {
        await this.database.put(noted);
        return;
      } catch (error) {
        if (error.status !== 409) {
          console.error('replicator:', error.reason || error.message);
          return;
        }
      }
    }
  }

  /** One line for each document, as _scheduler/docs shows it. */
  documents() {
    return [...this.entries].map(([id, {state, info, source, target}]) => ({
      database: DATABASE,
      doc_id: id,
      id: null,
      source,
      target,
      state,
      info,
      error_count: state === 'error' ? 1 : 0,
    }));
  }
}

module.exports = {DATABASE, Replicator};
