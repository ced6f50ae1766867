// A server for tests in Node: a PouchDB in memory, with the snapshot and delta endpoints of a Roadbook server before it.
import memory from 'pouchdb-adapter-memory';
import PouchDB from 'pouchdb-core';
import replication from 'pouchdb-replication';

export const Database = PouchDB.plugin(memory).plugin(replication).defaults({adapter: 'memory'});

const FIRST = 3; // documents of the first block
const BLOCK = 10;
let servers = 0;

/** `documents` is the database as the server's own clients see it; `address` is what a replica is opened with. */
export class Server {
  constructor() {
    this.address = `server-${++servers}`;
    this.documents = new Database(this.address, {auto_compaction: true});
    this.generation = 'first';
    this.asked = []; // what was asked of the endpoints
    this.offers = true; // whether there are endpoints
    this.refuses = null; // a status instead of every answer
    this.body = (text) => text; // what becomes of a snapshot's text on the way
    this.snapshot = null; // the last one that was made
    this.fetch = this.fetch.bind(this);
  }

  async fetch(url) {
    const path = url.slice(this.address.length + 1);
    this.asked.push(path);
    if (this.refuses) return new Response('{}', {status: this.refuses});
    if (!this.offers) return new Response('{"error":"not_found"}', {status: 404});
    if (path === '_snapshot') return Response.json((await this.make()).manifest);
    if (path.startsWith('_snapshot/')) {
      if (path !== this.snapshot.manifest.path) return new Response('{}', {status: 404});
      return new Response(await this.body(this.snapshot.text));
    }
    return Response.json(await this.delta(new URLSearchParams(path.split('?')[1])));
  }

  async make() {
    const {update_seq: sequence} = await this.documents.info();
    const {rows} = await this.documents.allDocs({include_docs: true, conflicts: true});
    const conflicted = rows.filter(({doc}) => doc._conflicts);
    const documents = rows.map(({doc}) => doc).filter(({_id, _conflicts}) => !_conflicts && !_id.startsWith('_design/'));
    documents.sort((one, other) => (one.name < other.name ? -1 : 1));
    const parts = [documents.slice(0, FIRST)];
    for (let from = FIRST; from < documents.length; from += BLOCK) parts.push(documents.slice(from, from + BLOCK));
    const leaves = (await Promise.all(conflicted.map(({id}) => this.leaves(id)))).flat();
    const {generation} = this;
    const count = documents.length + conflicted.length;
    const lines = [
      {format: 1, database: this.address, generation, sequence, count, blocks: parts.length},
      ...parts.map((part, n) => ({n, groups: groupsOf(part)})),
      ...(leaves.length ? [{leaves}] : []),
      {end: true, count},
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const hash = `${generation}-${sequence}`;
    const manifest = {format: 1, generation, sequence, count, hash, path: `_snapshot/${hash}`, bytes: {identity: text.length}};
    this.snapshot = {text, manifest};
    return this.snapshot;
  }

  async delta(query) {
    const since = Number(query.get('since'));
    const page = await this.documents.changes({since, limit: Number(query.get('limit')), style: 'all_docs'});
    const results = await Promise.all(page.results.map(async ({id}) => ({id, leaves: await this.leaves(id)})));
    const {generation} = this;
    return {generation, results, last_sequence: page.last_seq, pending: 0};
  }

  async leaves(id) {
    const answers = await this.documents.get(id, {open_revs: 'all', revs: true});
    return answers.map(({ok}) => ok);
  }

  /** Put a leaf beside the others, as another replica would have brought it. */
  async conflict(document) {
    await this.documents.bulkDocs([document], {new_edits: false});
  }
}

/** Documents grouped by their fields, one column a field. */
export function groupsOf(documents) {
  const groups = new Map();
  for (const document of documents) {
    const fields = Object.keys(document);
    const key = fields.join(' ');
    if (!groups.has(key)) groups.set(key, {fields, columns: fields.map(() => [])});
    fields.forEach((field, at) => groups.get(key).columns[at].push(document[field]));
  }
  return [...groups.values()];
}

/** So many products, with ids and names by number. */
export function products(count, fields = {}) {
  return Array.from({length: count}, (_, number) => ({
    _id: `product:${number}`, name: `Product ${String(number).padStart(4, '0')}`, sku: `S-${number}`, ...fields,
  }));
}
