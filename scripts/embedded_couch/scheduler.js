'use strict';
/** GET /_scheduler/docs, /_scheduler/jobs and /_active_tasks: the replications, from two sides. */

const {notFound} = require('./refusal');

/** /_active_tasks */
function activeTasks(exchange) {
  return exchange.json(200, exchange.server.replications.tasks());
}

/** /_scheduler/jobs, /_scheduler/docs and /_scheduler/docs/{database}/{document} */
function scheduler(exchange) {
  const {replications, replicator} = exchange.server;
  const [, kind, , id] = exchange.address.segments;
  if (kind === 'jobs') {
    const jobs = replications.tasks().map((task) => ({...task, id: task.replication_id, history: [], info: task}));
    return exchange.json(200, {total_rows: jobs.length, offset: 0, jobs});
  }
  if (kind !== 'docs') throw notFound('missing');
  const docs = replicator.documents();
  if (id === undefined) return exchange.json(200, {total_rows: docs.length, offset: 0, docs});
  const found = docs.find((document) => document.doc_id === id);
  if (!found) throw notFound('missing');
  return exchange.json(200, found);
}

module.exports = {activeTasks, scheduler};
