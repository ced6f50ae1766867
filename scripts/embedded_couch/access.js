'use strict';
/** Who may do what: decided once, before anything else looks at a request. */

const {Refusal} = require('./refusal');
const {LISTED} = require('./local_documents');
const {RECORD} = require('./security');

const FOR_EVERYBODY = new Set(['', '_up', '_session', '_uuids']);
const OWN = new Set([RECORD, LISTED]); // documents of the server itself
const ACCOUNT = 'org.couchdb.user:';
/** Parts of a database that only its administrators change. */
const ADMINISTRATION = new Set([
  '_security', '_compact', '_view_cleanup', '_revs_limit', '_purge', '_index', '_temp_view',
]);
const NOT_A_MEMBER = 'You are not allowed to access this db.';
const NOT_AN_ADMINISTRATOR = 'You are not a db or server admin.';

const isServerAdministrator = (actor) => actor.roles.includes('_admin');

/** Before a database is opened: throws a Refusal when the actor may not even try. */
function checkServerAccess({actor, address, method}) {
  if (isServerAdministrator(actor)) return;
  const {top, part, documentId, attachment} = address;
  if (top === '_users') {
    // Everybody has one document there; reading or changing any other would show or raise roles.
    const own = actor.name !== null && documentId === ACCOUNT + actor.name && attachment === undefined;
    if (!own || !['GET', 'HEAD', 'PUT'].includes(method)) throw denied(actor, NOT_A_MEMBER);
  } else if (top === '_replicator') {
    throw denied(actor, NOT_A_MEMBER);
  } else if (top.startsWith('_') && !FOR_EVERYBODY.has(top)) {
    throw new Refusal(401, 'unauthorized', 'You are not a server admin.');
  } else if (part === undefined && (method === 'PUT' || method === 'DELETE') && top !== '_session') {
    throw new Refusal(401, 'unauthorized', 'You are not a server admin.');
  }
}

/** Once the database is open: throws a Refusal unless the actor is a member, or more where the request needs more. */
function checkDatabaseAccess(exchange) {
  const {actor, address, security, writes} = exchange;
  if (OWN.has(address.documentId)) throw denied(actor, 'This document belongs to the server.');
  if (isDatabaseAdministrator(actor, security)) return;
  const members = security.members || {};
  const open = !(members.names || []).length && !(members.roles || []).length;
  if (!open && !isIn(members, actor)) throw denied(actor, NOT_A_MEMBER);
  const changesDesign = isDesign(address.documentId) && address.designFunction === undefined;
  if (writes && (ADMINISTRATION.has(address.part) || changesDesign)) throw denied(actor, NOT_AN_ADMINISTRATOR);
}

/** Throws a Refusal unless this is an id and the actor may write a document of it, wherever the request carries it. */
function checkDocumentId({actor, security}, id) {
  if (typeof id !== 'string') throw new Refusal(400, 'illegal_docid', 'Document id must be a string');
  if (OWN.has(id)) throw denied(actor, 'This document belongs to the server.');
  if (isDesign(id) && !isDatabaseAdministrator(actor, security)) throw denied(actor, NOT_AN_ADMINISTRATOR);
}

/** Throws a Refusal when somebody changes more of an account than its password. */
function checkAccountChange(actor, changed, stored) {
  if (isServerAdministrator(actor)) return;
  const sameRoles = sorted(changed.roles) === sorted(stored.roles);
  if (!sameRoles || changed.name !== stored.name || changed.type !== 'user') {
    throw denied(actor, 'Only _admin may edit roles');
  }
}

function isDatabaseAdministrator(actor, security) {
  return isServerAdministrator(actor) || isIn(security.admins || {}, actor);
}

function isIn({names = [], roles = []}, actor) {
  return names.includes(actor.name) || roles.some((role) => actor.roles.includes(role));
}

// Whoever has not said who they are gets 401, so that clients ask for a password; anybody else 403.
function denied(actor, reason) {
  if (actor.name) return new Refusal(403, 'forbidden', reason);
  if (reason === NOT_A_MEMBER) return new Refusal(401, 'unauthorized', 'You are not authorized to access this db.');
  return new Refusal(401, 'unauthorized', reason);
}

const isDesign = (id) => id !== undefined && id.startsWith('_design/');
const sorted = (roles) => JSON.stringify([].concat(roles ?? []).sort());

module.exports = {checkAccountChange, checkDatabaseAccess, checkDocumentId, checkServerAccess, isServerAdministrator};
