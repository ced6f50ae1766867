'use strict';
/** Replications: started by POST /_replicate or by a document in _replicator, local databases or addresses alike. */

const crypto = require('node:crypto');
const {Refusal, notFound} = require('./refusal');

const BATCH = 500; // documents
const PASSED_ON = ['filter', 'doc_ids', 'selector', 'query_params', 'view'];

/** The replications that run now. */
class Replications {
  constructor(storage) {
    this.storage = storage;
    this.running = new Map(); // key: job
  }

  /** Start one. Returns its job: {id, task, finished, cancel}. Throws a Refusal when an end cannot be opened. */
  async start(wanted, documentId = null) {
    const source = await this.end(wanted.source, false);
    const target = await this.end(wanted.target, wanted.create_target === true);
    const continuous = wanted.continuous === true;
    const options = {live: continuous, retry: continuous, batch_size: BATCH};
    for (const name of PASSED_ON) if (wanted[name]) options[name] = wanted[name];
    const key = documentId || keyOf(wanted);
    const id = crypto.createHash('md5').update(keyOf(wanted)).digest('hex');
    const task = {
      type: 'replication',
      source: withoutPassword(wanted.source),
      target: withoutPassword(wanted.target),
      continuous,
      replication_id: id,
      doc_id: documentId,
      docs_read: 0,
      docs_written: 0,
      doc_write_failures: 0,
      started_on: seconds(),
      updated_on: seconds(),
    };
    const handle = this.storage.PouchDB.replicate(source, target, options);
    handle.on('change', (progress) => Object.assign(task, counts(progress), {updated_on: seconds()}));
    const finished = Promise.resolve(handle);
    const forget = () => {
      if (this.running.get(key) === job) this.running.delete(key);
    };
    const cancel = () => {
      forget();
      handle.cancel();
    };
    const job = {id, task, finished, cancel};
    this.running.set(key, job);
    finished.then(forget, (error) => {
      console.error('replication:', error.reason || error.message);
      forget();
    });
    return job;
  }

  /** Stop the one that was started with the same settings. Throws a Refusal when there is none. */
  cancel(wanted) {
    const job = this.running.get(keyOf(wanted));
    if (!job) throw notFound('could not find the replication to cancel');
    job.cancel();
    return job;
  }

  /** What runs, as _active_tasks tells it. */
  tasks() {
    return [...this.running.values()].map(({task}) => task);
  }

  async end(described, create) {
    const {url, auth, headers} = typeof described === 'string' ? {url: described} : described || {};
    if (typeof url !== 'string' || !url) throw new Refusal(400, 'bad_request', 'source and target are needed');
    if (/^https?:/.test(url)) return this.remote(url, auth, headers, create);
    if (create && !(await this.storage.has(url))) await this.storage.create(url);
    return this.storage.open(url).catch(() => { throw new Refusal(404, 'db_not_found', `could not open ${url}`); });
  }

  async remote(url, auth, headers, create) {
    const {PouchDB} = this.storage;
    const options = {skip_setup: !create, adapter: 'http', prefix: ''};
    if (auth && auth.basic) options.auth = {username: auth.basic.username, password: auth.basic.password};
    if (headers) {
      options.fetch = (address, request) => {
        request.headers ||= new PouchDB.Headers();
        for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
        return PouchDB.fetch(address, request);
      };
    }
    const database = new PouchDB(url, options);
    const info = await database.info();
    if (info.error || info.reason) throw new Refusal(404, 'db_not_found', `could not open ${withoutPassword(url)}`);
    return database;
  }
}

/** POST /_replicate. */
async function replicate(exchange) {
  const {replications} = exchange.server;
  const wanted = await exchange.object({required: true});
  if (wanted.cancel) return exchange.json(200, {ok: true, _local_id: replications.cancel(wanted).id});
  const job = await replications.start(wanted);
  if (wanted.continuous) return exchange.json(202, {ok: true, _local_id: job.id});
  const result = await job.finished;
  const session = {...counts(result), start_time: result.start_time, end_time: result.end_time, session_id: job.id};
  return exchange.json(200, {ok: true, session_id: job.id, source_last_seq: result.last_seq, history: [session]});
}

/** The numbers of documents in a replication's progress. */
function counts({docs_read, docs_written, doc_write_failures}) {
  return {docs_read, docs_written, doc_write_failures};
}

/** An address without the password in it; for anything that is shown. */
function withoutPassword(end) {
  return String((end && end.url) || end).replace(/\/\/[^@/]*@/, '//');
}

/** What makes two replications the same. */
function keyOf({source, target, continuous, filter, doc_ids: ids, selector}) {
  return JSON.stringify([source, target, continuous, filter, ids, selector]);
}

const seconds = () => Math.floor(Date.now() / 1000);

module.exports = {Replications, counts, keyOf, replicate, withoutPassword};
