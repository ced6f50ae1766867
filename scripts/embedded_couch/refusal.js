'use strict';
/** The answer to a request that is not carried out: a status, CouchDB's name for the error, and a reason. */

/** Thrown anywhere while a request is answered; becomes `{"error": ..., "reason": ...}`. */
class Refusal extends Error {
  constructor(status, error, reason) {
    super(reason);
    this.status = status;
    this.error = error;
    this.reason = reason;
  }
}

/** Any error as a Refusal; PouchDB's own errors already carry a status, a name and a reason. */
function asRefusal(error) {
  if (error instanceof Refusal) return error;
  const reason = String((error && (error.reason || error.message)) || error);
  if (error && error.name === 'doc_validation') {
    return new Refusal(400, 'doc_validation', `Bad special document member: ${reason}`);
  }
  if (/must not start with an underscore|Only reserved document ids/.test(reason)) {
    return new Refusal(400, 'illegal_docid', 'Only reserved document ids may start with underscore.');
  }
  const status = Number(error && error.status) || 500;
  const name = error && error.name && error.name !== 'Error' ? error.name : 'unknown_error';
  return new Refusal(status, name, reason);
}

const badRequest = (reason) => new Refusal(400, 'bad_request', reason);
const notFound = (reason) => new Refusal(404, 'not_found', reason);
const conflict = () => new Refusal(409, 'conflict', 'Document update conflict.');

module.exports = {Refusal, asRefusal, badRequest, conflict, notFound};
