'use strict';
/** Guards: the validate_doc_update functions of a database's design documents, asked before every write. */

const {designFunction, checkViews} = require('./design_function');
const {nearestAncestor, replacedRevision} = require('./previous_revision');
const {Refusal, asRefusal} = require('./refusal');
const {readSecurity} = require('./security');

const SERVER_ITSELF = {name: null, roles: ['_admin']}; // who writes when no request does: replications

/**
 * Has a PouchDB database ask its guards. PouchDB sends each kind of write through bulkDocs, so this is the one place;
 * `options.userCtx` says who writes. `onStored` is called after each write. Results stand in the documents' order.
 */
function installGuards(database, name, onStored) {
  const store = database.bulkDocs;
  let guards = null; // a promise of them; forgotten when a design document is written

  database.bulkDocs = function (request, options, callback) {
    const given = typeof options === 'function' ? {} : options || {};
    const answer = typeof options === 'function' ? options : callback;
    const promise = write(Array.isArray(request) ? {docs: request} : request, given);
    if (answer) promise.then((results) => answer(null, results), answer);
    return promise;
  };

  async function write(request, options) {
    const replicated = (options.new_edits ?? request.new_edits) === false;
    const documents = request.docs;
    const designs = documents.some(isDesign);
    const refused = new Map(); // position: result
    guards ||= loadGuards(database);
    const asked = guards.catch((error) => {
      guards = null;
      throw error;
    });
    const actor = {db: name, ...(options.userCtx || SERVER_ITSELF)};
    await Promise.all(documents.map(async (document, position) => {
      try {
        await check(database, await asked, document, replicated, actor);
      } catch (error) {
        refused.set(position, failure(document, asRefusal(error)));
      }
    }));
    const accepted = documents.filter((document, position) => !refused.has(position));
    let stored = [];
    try {
      if (accepted.length) {
        // Below, plugins of PouchDB's would decide about access once more; access.js has.
        const {userCtx, ...passed} = options;
        stored = await store.call(database, {docs: [...accepted]}, {...passed, new_edits: !replicated});
      }
    } finally {
      if (designs) guards = null;
    }
    if (accepted.length && onStored) onStored();
    if (replicated) return [...refused.values(), ...stored];
    const inOrder = stored.values();
    return documents.map((document, position) => refused.get(position) || inOrder.next().value);
  }
}

async function loadGuards(database) {
  const {rows} = await database.allDocs({startkey: '_design/', endkey: '_design0', include_docs: true});
  return rows.map(({doc}) => doc).filter((design) => typeof design.validate_doc_update === 'string');
}

async function check(database, designs, document, replicated, actor) {
  const id = String(document && document._id);
  if (id.startsWith('_design/')) return checkViews(document);
  if (!designs.length || id.startsWith('_local/')) return undefined;
  const previous = await (replicated ? nearestAncestor : replacedRevision)(database, document);
  if (previous === undefined) return undefined;
  const security = await readSecurity(database);
  for (const design of designs) {
    const guard = designFunction(design, ['validate_doc_update']);
    const outcome = guard.call(shown(document, previous), previous, actor, security);
    if (outcome.unauthorized !== undefined) throw new Refusal(401, 'unauthorized', outcome.unauthorized);
    if (outcome.forbidden !== undefined) throw new Refusal(403, 'forbidden', outcome.forbidden);
    // Anything else thrown is the guard's own fault; the document must not pass all the same.
    if (outcome.failed !== undefined) throw new Refusal(500, outcome.name, outcome.failed);
  }
  return undefined;
}

// CouchDB shows the history with an edit, and attachments without their content.
function shown(document, previous) {
  const {_attachments: attachments, ...rest} = document;
  if (rest._rev && !rest._revisions) rest._revisions = previous ? previous._revisions : alone(rest._rev);
  if (attachments) {
    const stubs = Object.entries(attachments).map(([name, {data, ...about}]) => [name, {...about, stub: true}]);
    rest._attachments = Object.fromEntries(stubs);
  }
  return rest;
}

function alone(revision) {
  const [start, hash] = revision.split('-');
  return {start: Number(start), ids: [hash]};
}

function failure(document, {status, error, reason}) {
  return {id: document._id, rev: document._rev, error: true, status, name: error, message: reason, reason};
}

const isDesign = (document) => String(document && document._id).startsWith('_design/');

module.exports = {installGuards};
