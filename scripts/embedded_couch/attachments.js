'use strict';
/** Attachments: read, write, delete one at a time. */

const {basedOn, missing, revision, store, stored} = require('./documents');
const {conflict, notFound} = require('./refusal');

/** GET and HEAD of an attachment. */
async function read({database, query, response, address: {documentId: id, attachment: name}}) {
  const options = query.rev === undefined ? {} : {rev: revision(query.rev)};
  const document = await database.get(id, options).catch(missing);
  const about = (document._attachments || {})[name];
  if (!about) throw notFound('Document is missing attachment');
  const content = await database.getAttachment(id, name, {rev: document._rev});
  response.set('ETag', `"${about.digest.replace(/^md5-/, '')}"`);
  response.setHeader('Content-Type', about.content_type); // exactly: express would add a character set
  response.status(200).send(content);
}

/** PUT of an attachment: a new revision of its document, which may be new too. */
async function write(exchange) {
  const {database, request, address: {documentId: id, attachment: name}} = exchange;
  const data = await exchange.bytes();
  const document = await current(exchange);
  document._attachments = {
    ...document._attachments,
    [name]: {content_type: request.headers['content-type'] || 'application/octet-stream', data},
  };
  return stored(exchange, await store(database, {...document, _id: id}, exchange.author));
}

/** DELETE of an attachment: a new revision of its document. */
async function remove(exchange) {
  const {database, address: {attachment: name}} = exchange;
  const document = await current(exchange);
  if (!(document._attachments || {})[name]) throw notFound('Document is missing attachment');
  delete document._attachments[name];
  const {id, rev} = await store(database, document, exchange.author);
  return exchange.json(200, {ok: true, id, rev});
}

async function current(exchange) {
  const {database, address: {documentId: id}} = exchange;
  const rev = basedOn(exchange, undefined);
  if (rev) {
    return database.get(id, {rev}).catch((error) => {
      if (error.status === 404) throw conflict();
      throw error;
    });
  }
  const found = await database.get(id).catch(() => null);
  if (found) throw conflict();
  return {};
}

module.exports = {read, remove, write};
