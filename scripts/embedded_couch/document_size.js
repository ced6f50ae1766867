'use strict';
/** CouchDB's limit for a document, so that what works here is not refused there. */

const {Refusal} = require('./refusal');

const LARGEST_DOCUMENT = 8_000_000; // bytes of the body as JSON, without the fields whose names begin with _

/** Throws a Refusal when a document is too large; `requestLength` spares measuring what came in a small request. */
function checkSize(document, requestLength = Infinity) {
  if (requestLength <= LARGEST_DOCUMENT) return;
  const body = Object.fromEntries(Object.entries(document).filter(([name]) => !name.startsWith('_')));
  if (Buffer.byteLength(JSON.stringify(body)) > LARGEST_DOCUMENT) {
    throw new Refusal(413, 'document_too_large', String(document._id ?? ''));
  }
}

module.exports = {checkSize};
