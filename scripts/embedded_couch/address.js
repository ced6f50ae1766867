'use strict';
/** What a request's path names: a part of the server, a database, a document, one of its attachments, a function. */

const {badRequest} = require('./refusal');

const DESIGN_FUNCTIONS = new Set(['_view', '_update', '_show', '_list', '_info', '_rewrite']);

/**
 * Takes a path apart: `top` is its first segment, `part` the second when that is no document; `documentId`,
 * `attachment` and `designFunction` are undefined where the path names none. Throws a Refusal for a malformed path.
 */
function parseAddress(path) {
  const segments = decode(path);
  const [top, part] = segments;
  const address = {top, part, segments, documentId: undefined, attachment: undefined, designFunction: undefined};
  if (part === undefined || part === '') return {...address, part: undefined};
  let rest;
  if ((part === '_design' || part === '_local') && segments.length > 2) {
    address.documentId = `${part}/${segments[2]}`;
    rest = segments.slice(3);
  } else if (part.startsWith('_')) {
    return address;
  } else {
    address.documentId = part;
    rest = segments.slice(2);
  }
  if (part === '_design' && DESIGN_FUNCTIONS.has(rest[0])) address.designFunction = rest[0];
  else if (rest.length) address.attachment = rest.join('/');
  return address;
}

function decode(path) {
  let segments;
  try {
    segments = path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    throw badRequest('The path is not correctly percent-encoded.');
  }
  while (segments.length > 1 && segments.at(-1) === '') segments.pop();
  // "_design%2Fname" in one segment means the same document as two segments.
  if (/^_(design|local)\//.test(segments[1] || '')) {
    const slash = segments[1].indexOf('/');
    segments.splice(1, 1, segments[1].slice(0, slash), segments[1].slice(slash + 1));
  }
  return segments;
}

module.exports = {parseAddress};
