'use strict';
/** One request and its answer, with what the server knows about it. */

const {badRequest} = require('./refusal');
const {readBytes, readJson} = require('./request_body');

/** What a handler gets. `actor` is who asks; `database` and `security` are set once access has been granted. */
class Exchange {
  constructor(request, response, address, server) {
    this.request = request;
    this.response = response;
    this.address = address;
    this.server = server;
    this.method = request.method;
    this.query = request.query; // express-pouchdb has read each value as JSON where it is JSON
    const {name, roles} = request.couchSession.userCtx;
    this.actor = {name, roles};
    this.database = undefined;
    this.security = undefined;
  }

  /** Whether the method changes something. */
  get writes() {
    return !['GET', 'HEAD', 'OPTIONS'].includes(this.method);
  }

  /** What PouchDB must be told for the guards to see who writes. */
  get author() {
    return {userCtx: this.actor};
  }

  /** The body as a JSON object; an empty body is an empty object unless `required`. Throws a Refusal otherwise. */
  async object({required = false} = {}) {
    const body = await readJson(this.request, this.response);
    if (body === undefined && !required) return {};
    if (body === undefined) throw badRequest('invalid_json');
    if (body === null || typeof body !== 'object' || Array.isArray(body)) {
      throw badRequest('Request body must be a JSON object');
    }
    return body;
  }

  /** The body's bytes. */
  bytes() {
    return readBytes(this.request);
  }

  /** Answer with a JSON value. */
  json(status, value) {
    this.response.status(status).type('application/json').send(JSON.stringify(value) + '\n');
  }

  /** Say where what was just stored is. */
  locate(...segments) {
    const path = segments.map(encodeURIComponent).join('/');
    this.response.location(`${this.request.protocol}://${this.request.get('host')}/${path}`);
  }

  /** Answer with a document under its revision, so that caches can ask again; 304 when the client has it. */
  tagged(status, revision, value) {
    this.response.set('ETag', `"${revision}"`);
    this.json(status, value);
  }
}

module.exports = {Exchange};
