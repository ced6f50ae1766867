'use strict';
/** Cross-origin requests: off unless origins are named, and then for exactly those. */

const ALLOWED_METHODS = 'GET, PUT, POST, HEAD, DELETE, COPY';
const ALLOWED_HEADERS = 'accept, authorization, content-type, origin, referer, if-match, if-none-match, x-csrf-token';
const REMEMBERED = '600'; // seconds a browser keeps the answer

/** Express middleware that answers browsers' questions for these origins. */
function crossOrigin(origins) {
  return (request, response, next) => {
    const {origin} = request.headers;
    const allowed = origins.includes(origin);
    if (allowed) {
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Expose-Headers': 'ETag, Location, Content-Type',
        'Access-Control-Allow-Methods': ALLOWED_METHODS,
        'Access-Control-Allow-Headers': ALLOWED_HEADERS,
        'Access-Control-Max-Age': REMEMBERED,
        Vary: 'Origin',
      });
    }
    if (request.method === 'OPTIONS' && origins.length) response.status(allowed ? 204 : 405).end();
    else next();
  };
}

module.exports = {crossOrigin};
