'use strict';
/** Databases: list, describe, create, delete, and what is set for a whole database. */

const fs = require('node:fs/promises');
const path = require('node:path');
const {Refusal, badRequest} = require('./refusal');
const {instanceStartTime, writeSecurity} = require('./security');

const DATABASE_NAME = /^(_users|_replicator|_global_changes|[a-z][a-z0-9_$()+-]*)$/;
const REVISIONS_KEPT = 1000;

/** GET /_all_dbs */
async function allDatabases(exchange) {
  const {query, server: {storage}} = exchange;
  const start = query.startkey ?? query.start_key;
  const end = query.endkey ?? query.end_key;
  const skip = Number(query.skip) || 0;
  let names = await storage.names();
  if (query.descending === true) names.reverse();
  const before = (left, right) => (query.descending === true ? left > right : left < right);
  if (start !== undefined) names = names.filter((name) => !before(name, start));
  if (end !== undefined) names = names.filter((name) => !before(end, name));
  const limit = query.limit === undefined ? undefined : skip + Number(query.limit);
  return exchange.json(200, names.slice(skip, limit));
}

/** GET and POST /_dbs_info: many databases in one answer. */
async function databasesInformation(exchange) {
  const {method, server: {storage}} = exchange;
  const {keys} = method === 'POST' ? await exchange.object({required: true}) : {keys: await storage.names()};
  if (!Array.isArray(keys)) throw badRequest('`keys` member must exist.');
  const answers = [];
  for (const key of keys) {
    const known = typeof key === 'string' && (await storage.has(key));
    answers.push(known ? {key, info: await information(await storage.open(key), key)} : {key, error: 'not_found'});
  }
  return exchange.json(200, answers);
}

/** GET and HEAD /{db} */
async function describe(exchange) {
  return exchange.json(200, await information(exchange.database, exchange.address.top));
}

async function information(database, name) {
  const {doc_count: documents, update_seq: sequence} = await database.info();
  const size = await folderSize(database);
  return {
    db_name: name,
    doc_count: documents,
    doc_del_count: 0,
    update_seq: sequence,
    purge_seq: 0,
    compact_running: false,
    disk_format_version: 8,
    instance_start_time: await instanceStartTime(database),
    props: {},
    cluster: {q: 1, n: 1, w: 1, r: 1},
    sizes: {file: size, active: size, external: size},
  };
}

async function folderSize(database) {
  if (database.adapter !== 'leveldb') return 0;
  const folder = database.__opts.prefix + database.name;
  const names = await fs.readdir(folder).catch(() => []);
  const sizes = names.map((name) => fs.stat(path.join(folder, name)).then(({size}) => size, () => 0));
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

/** PUT /{db} */
async function create(exchange) {
  const name = exchange.address.top;
  if (!DATABASE_NAME.test(name)) {
    throw new Refusal(400, 'illegal_database_name', `'${name}' is no name for a database: it takes `
      + 'lowercase letters, digits and _ $ ( ) + -, and begins with a letter.');
  }
  await exchange.server.storage.create(name);
  exchange.locate(name);
  return exchange.json(201, {ok: true});
}

/** DELETE /{db} */
async function remove(exchange) {
  if (exchange.query.rev !== undefined) {
    throw badRequest('A database has no revision: was a document to be deleted?');
  }
  await exchange.server.storage.remove(exchange.address.top);
  return exchange.json(200, {ok: true});
}

/** GET and PUT /{db}/_security */
async function security(exchange) {
  if (!exchange.writes) return exchange.json(200, exchange.security);
  await writeSecurity(exchange.database, await exchange.object({required: true}));
  return exchange.json(200, {ok: true});
}

/** GET and PUT /{db}/_revs_limit: taken, but the history is never cut shorter. */
async function revisionsLimit(exchange) {
  return exchange.json(200, exchange.writes ? {ok: true} : REVISIONS_KEPT);
}

/** POST /{db}/_compact */
async function compact(exchange) {
  exchange.database.compact().catch((error) => console.error('compaction:', error.message));
  return exchange.json(202, {ok: true});
}

/** POST /{db}/_view_cleanup */
async function cleanViews(exchange) {
  await exchange.database.viewCleanup();
  return exchange.json(202, {ok: true});
}

/** POST /{db}/_ensure_full_commit */
async function commit(exchange) {
  return exchange.json(201, {ok: true, instance_start_time: await instanceStartTime(exchange.database)});
}

module.exports = {
  allDatabases, cleanViews, commit, compact, create, databasesInformation, describe, remove, revisionsLimit, security,
};
