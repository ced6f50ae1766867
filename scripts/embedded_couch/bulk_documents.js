'use strict';
/** POST /{db}/_bulk_docs: many documents at once, the results in the order of the documents. */

const {checkDocumentId} = require('./access');
const {newId} = require('./documents');
const {checkSize} = require('./document_size');
const {badRequest} = require('./refusal');

/** Answers the request. One document that is too large refuses all of them, as in CouchDB. */
async function bulkDocuments(exchange) {
  const {docs: documents, new_edits: newEdits} = await exchange.object({required: true});
  const areObjects = Array.isArray(documents)
    && documents.every((document) => document !== null && typeof document === 'object' && !Array.isArray(document));
  if (!areObjects) throw badRequest("Missing JSON list of 'docs'");
  for (const document of documents) {
    document._id ??= newId();
    checkDocumentId(exchange, document._id);
    checkSize(document, exchange.request.bodyLength);
  }
  const results = await exchange.database.bulkDocs(documents, {...exchange.author, new_edits: newEdits !== false});
  return exchange.json(201, results.map(shown));
}

function shown(result) {
  if (!result.error) return result;
  const {id, name, reason, message} = result;
  return {id, error: name, reason: reason || message};
}

module.exports = {bulkDocuments};
