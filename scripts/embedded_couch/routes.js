'use strict';
/** Which handler answers which path; whatever is in no table here goes on to express-pouchdb. */

const attachments = require('./attachments');
const bulkDocuments = require('./bulk_documents');
const bulkGet = require('./bulk_get');
const databases = require('./databases');
const documents = require('./documents');
const find = require('./find');
const about = require('./process_information');
const {localDocuments} = require('./local_documents');
const scheduler = require('./scheduler');
const {session} = require('./accounts');
const {changes} = require('./changes_feed');
const {databaseUpdates} = require('./database_updates');
const {replicate} = require('./replication');
const {update} = require('./update_handler');
const {Refusal, notFound} = require('./refusal');

const READ = ['GET', 'HEAD'];

/** First segment of the path: the methods it takes and the handler. */
const SERVER = {
  '': [READ, about.welcome],
  _up: [READ, about.up],
  _uuids: [READ, about.uuids],
  _session: [['GET', 'HEAD', 'POST', 'DELETE'], session],
  _membership: [READ, about.membership],
  _cluster_setup: [READ, about.clusterSetup],
  _node: [['GET', 'HEAD', 'PUT', 'DELETE'], about.node],
  _all_dbs: [READ, databases.allDatabases],
  _dbs_info: [['GET', 'POST'], databases.databasesInformation],
  _db_updates: [READ, databaseUpdates],
  _active_tasks: [READ, scheduler.activeTasks],
  _scheduler: [READ, scheduler.scheduler],
  _replicate: [['POST'], replicate],
};

/** Second segment of the path, below a database. */
const DATABASE = {
  _security: [['GET', 'PUT'], databases.security],
  _revs_limit: [['GET', 'PUT'], databases.revisionsLimit],
  _compact: [['POST'], databases.compact],
  _view_cleanup: [['POST'], databases.cleanViews],
  _ensure_full_commit: [['POST'], databases.commit],
  _changes: [['GET', 'POST'], changes],
  _bulk_docs: [['POST'], bulkDocuments.bulkDocuments],
  _bulk_get: [['POST'], bulkGet.bulkGet],
  _revs_diff: [['POST'], bulkGet.revisionDifferences],
  _missing_revs: [['POST'], bulkGet.missingRevisions],
  _local_docs: [READ, localDocuments],
  _find: [['POST'], find.find],
  _explain: [['POST'], find.explain],
};

const DOCUMENT = {
  GET: documents.read, HEAD: documents.read, PUT: documents.write, DELETE: documents.remove, COPY: documents.copy,
};
const ATTACHMENT = {GET: attachments.read, HEAD: attachments.read, PUT: attachments.write, DELETE: attachments.remove};
const INDEX = {GET: find.indexes, HEAD: find.indexes, POST: find.indexes, DELETE: find.removeIndex};
const WHOLE_DATABASE = {GET: databases.describe, HEAD: databases.describe, POST: documents.add};

/** The handler for a path of the server itself; undefined when it names a database. Throws a Refusal. */
function serverHandler({method, address: {top, part}}) {
  if (Object.hasOwn(SERVER, top)) return handlerFor(SERVER[top], method);
  if (part === undefined && method === 'PUT') return databases.create;
  if (part === undefined && method === 'DELETE') return databases.remove;
  return undefined;
}

/** The handler for a path below a database; undefined when express-pouchdb has it. Throws a Refusal. */
function databaseHandler({method, address, writes, request}) {
  const {part, documentId, attachment, designFunction} = address;
  if (part === undefined) return named(WHOLE_DATABASE, method);
  if (designFunction === '_update') return update;
  if (designFunction !== undefined) return undefined;
  if (attachment !== undefined) return named(ATTACHMENT, method);
  if (documentId !== undefined) return named(DOCUMENT, method);
  if (part === '_index') return named(INDEX, method);
  if (Object.hasOwn(DATABASE, part)) return handlerFor(DATABASE[part], method);
  if (part === '_all_docs') return undefined;
  if (part === '_design_docs') {
    request.url = `/${encodeURIComponent(address.top)}/_all_docs`;
    Object.assign(request.query, {startkey: '_design/', endkey: '_design0'});
    return undefined;
  }
  if (writes) throw new Refusal(400, 'illegal_docid', 'Only reserved document ids may start with underscore.');
  throw notFound('missing');
}

function named(handlers, method) {
  return handlerFor([Object.keys(handlers), handlers[method]], method);
}

function handlerFor([methods, handler], method) {
  if (methods.includes(method)) return handler;
  throw new Refusal(405, 'method_not_allowed', `Only ${methods.join(',')} allowed`);
}

module.exports = {databaseHandler, serverHandler};
