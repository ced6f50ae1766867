'use strict';
/** multipart/related, as CouchDB's replicator sends documents with attachments; multipart/mixed, as it reads them. */

const crypto = require('node:crypto');
const zlib = require('node:zlib');
const {badRequest} = require('./refusal');

/** The document in a multipart/related body, its attachments as buffers. Throws a Refusal when parts are missing. */
function parseRelated(bytes, contentType) {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType);
  if (!boundary) throw badRequest('multipart without a boundary');
  const [first, ...rest] = split(bytes, boundary[1]);
  let document;
  try {
    document = JSON.parse(first.body.toString());
  } catch {
    throw badRequest('the first part is not JSON');
  }
  for (const [name, attachment] of Object.entries(document._attachments || {})) {
    if (!attachment.follows) continue;
    const part = rest.shift();
    if (!part) throw badRequest(`the part of attachment ${name} is missing`);
    // CouchDB sends types that compress well already compressed.
    const compressed = attachment.encoding === 'gzip' || /content-encoding:\s*gzip/i.test(part.head);
    document._attachments[name] = {
      content_type: attachment.content_type,
      data: compressed ? zlib.gunzipSync(part.body) : part.body,
    };
  }
  return document;
}

function split(bytes, boundary) {
  const delimiter = Buffer.from(`--${boundary}`);
  const next = Buffer.from(`\r\n--${boundary}`);
  const parts = [];
  let start = bytes.indexOf(delimiter);
  while (start >= 0) {
    const end = bytes.indexOf(next, start + delimiter.length);
    const headEnd = bytes.indexOf('\r\n\r\n', start + delimiter.length);
    if (end < 0 || headEnd < 0) break;
    parts.push({
      head: bytes.subarray(start + delimiter.length, headEnd).toString(),
      body: bytes.subarray(headEnd + 4, Math.max(end, headEnd + 4)),
    });
    start = end + 2;
  }
  if (!parts.length) throw badRequest('multipart without a part');
  return parts;
}

/** Answers with one JSON part for each revision: [{ok: document} or {missing: revision}]. */
function sendMixed(response, revisions) {
  const boundary = crypto.randomBytes(16).toString('hex');
  response.status(200).set('Content-Type', `multipart/mixed; boundary="${boundary}"`);
  for (const {ok, missing} of revisions) {
    const type = ok ? 'application/json' : 'application/json; error="true"';
    response.write(`\r\n--${boundary}\r\nContent-Type: ${type}\r\n\r\n${JSON.stringify(ok || {missing})}`);
  }
  response.end(`\r\n--${boundary}--`);
}

module.exports = {parseRelated, sendMixed};
