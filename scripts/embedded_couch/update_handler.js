'use strict';
/** POST and PUT /{db}/_design/{name}/_update/{function}[/{document}]. */

const {promisify} = require('node:util');
const {couchDBReqMiddleware} = require('express-pouchdb/lib/utils');

const readRequest = promisify(couchDBReqMiddleware);

/** Runs the function and answers with what it returns; what it stores passes the guards as written by the actor. */
async function update(exchange) {
  const {database, request, response, author, actor, address, security} = exchange;
  request.db = database;
  await readRequest(request, response);
  Object.assign(request.couchDBReq, {userCtx: {db: address.top, ...actor}, secObj: security});
  // pouchdb-update stores without saying who writes, and the guards would take that for the server itself.
  const asActor = Object.create(database, {put: {value: (document) => database.put(document, author)}});
  const [, , design, , name, ...id] = address.segments;
  const path = [design, name, ...id].join('/');
  const {code, headers, base64, body} = await asActor.update(path, request.couchDBReq);
  for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
  response.status(code).send(base64 ? Buffer.from(base64, 'base64') : Buffer.from(body, 'utf8'));
}

module.exports = {update};
