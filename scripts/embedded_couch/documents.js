'use strict';
/** Single documents: read, write, delete, copy. */

const crypto = require('node:crypto');
const {checkAccountChange, checkDocumentId} = require('./access');
const {checkSize} = require('./document_size');
const {note} = require('./local_documents');
const {parseRelated, sendMixed} = require('./multipart');
const {Refusal, badRequest, notFound} = require('./refusal');
const {ACCOUNTS} = require('./storage');

const READ_OPTIONS = ['revs', 'revs_info', 'conflicts', 'deleted_conflicts', 'local_seq', 'attachments'];
const REVISION = /^\d+-\S+$/;

/** A new document id, as CouchDB makes them. */
const newId = () => crypto.randomUUID().replaceAll('-', '');

/** GET and HEAD of a document, with its revisions when asked for them. */
async function read(exchange) {
  const {query, database, address: {documentId: id}} = exchange;
  const options = Object.fromEntries(READ_OPTIONS.filter((name) => query[name] === true).map((name) => [name, true]));
  if (query.meta === true) Object.assign(options, {conflicts: true, revs_info: true});
  if (query.open_revs !== undefined) return readRevisions(exchange, options);
  if (query.rev !== undefined) options.rev = revision(query.rev);
  const document = await database.get(id, options).catch((error) => missing(error));
  return exchange.tagged(200, document._rev, document);
}

// What happened last decides the reason: CouchDB tells a deleted document from one that never was.
function missing(error) {
  if (error.status !== 404) throw error;
  throw notFound([error.reason, error.message].includes('deleted') ? 'deleted' : 'missing');
}

async function readRevisions(exchange, options) {
  const {query, database, request, response, address: {documentId: id}} = exchange;
  const all = query.open_revs === 'all';
  if (!all && !Array.isArray(query.open_revs)) throw badRequest('open_revs must be a list or "all"');
  if (!/multipart\/mixed/.test(request.headers.accept || '')) {
    return exchange.json(200, await database.get(id, {...options, open_revs: query.open_revs}));
  }
  const wanted = all
    ? (await database.get(id, {open_revs: 'all'})).map(({ok}) => ok._rev)
    : query.open_revs;
  const found = await Promise.all(wanted.map((rev) => database
    .get(id, {rev, revs: true, attachments: true})
    .then((ok) => ({ok}), () => ({missing: rev}))));
  return sendMixed(response, found);
}

/** PUT of a document; also as the replicator of CouchDB does it (new_edits=false, multipart/related). */
async function write(exchange) {
  const {query, database, request, address: {documentId: id}} = exchange;
  const contentType = request.headers['content-type'] || '';
  const document = /^multipart\/related/.test(contentType)
    ? parseRelated(await exchange.bytes(), contentType)
    : await exchange.object({required: true});
  document._id = id;
  checkSize(document, request.bodyLength);
  const replicated = query.new_edits === false;
  if (!replicated) document._rev = basedOn(exchange, document._rev);
  if (document._rev === undefined) delete document._rev;
  await checkAccount(exchange, document);
  return stored(exchange, await store(database, document, {...exchange.author, new_edits: !replicated}));
}

async function checkAccount({actor, address, database}, document) {
  if (address.top !== ACCOUNTS) return;
  checkAccountChange(actor, document, await database.get(document._id).catch(() => ({})));
}

/** POST of a document, which may leave the id to the server. */
async function add(exchange) {
  const document = await exchange.object({required: true});
  document._id ??= newId();
  checkDocumentId(exchange, document._id);
  checkSize(document, exchange.request.bodyLength);
  return stored(exchange, await store(exchange.database, document, exchange.author));
}

/** DELETE of a document: a tombstone on top of the named revision. */
async function remove(exchange) {
  const {database, address: {documentId: id}} = exchange;
  const rev = basedOn(exchange, undefined);
  const current = await database.get(id, rev ? {rev} : {}).catch((error) => missing(error));
  if (!rev && current._rev) throw new Refusal(409, 'conflict', 'Document update conflict.');
  const result = await store(database, {_id: id, _rev: current._rev, _deleted: true}, exchange.author);
  return exchange.tagged(200, result.rev, result);
}

/** COPY of a document to the id (and over the revision) in the Destination header. */
async function copy(exchange) {
  const {database, request, query, address: {documentId: id}} = exchange;
  const [target, parameters] = decodeURIComponent(request.get('Destination') || '').split('?');
  if (!target) throw badRequest('Destination header is mandatory for COPY.');
  if (/^https?:/.test(target)) throw badRequest('Destination URL must be relative.');
  checkDocumentId(exchange, target);
  const which = query.rev ? {rev: revision(query.rev)} : {};
  const document = await database.get(id, {attachments: true, ...which}).catch(missing);
  document._id = target;
  document._rev = new URLSearchParams(parameters).get('rev') ?? undefined;
  if (document._rev === undefined) delete document._rev;
  return stored(exchange, await store(database, document, exchange.author));
}

/** Store one document: {ok, id, rev}. Throws a Refusal (conflict, what a guard says) otherwise. */
async function store(database, document, options) {
  // Local documents have no history and no guards, and PouchDB stores them by another way.
  if (document._id.startsWith('_local/')) {
    const written = await database.put(document, options);
    await note(database, document._id, !document._deleted);
    return written;
  }
  const given = document._rev;
  const [result] = await database.bulkDocs([document], options);
  if (result && result.error) throw new Refusal(result.status || 500, result.name, result.reason || result.message);
  return options.new_edits === false ? {ok: true, id: document._id, rev: given} : result;
}

function stored(exchange, {id, rev}) {
  exchange.locate(exchange.address.top, id);
  return exchange.tagged(201, rev, {ok: true, id, rev});
}

// CouchDB takes the revision from the body, the query or If-Match, whichever is given.
function basedOn({query, request}, inBody) {
  const header = (request.headers['if-match'] || '').replaceAll('"', '') || undefined;
  const found = inBody ?? query.rev ?? header;
  return found === undefined ? undefined : revision(found);
}

function revision(text) {
  if (!REVISION.test(String(text))) throw badRequest('Invalid rev format');
  return String(text);
}

module.exports = {add, basedOn, copy, missing, newId, read, remove, revision, store, stored, write};
