'use strict';
/** config.json in the data folder: the hashed administrator, the cookie secret, the server's id. */

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

// Every login costs one derivation in the thread that answers all requests; CouchDB's 600,000 would stall it.
const ITERATIONS = 1000;
const KEY_LENGTH = 20; // bytes, of SHA-1: what pouchdb-auth understands
const SESSION_SECONDS = 600;

/** Started without a password on a folder that has no administrator: everyone would be one. */
class NoAdministrator extends Error {}

/**
 * Writes config.json from the settings and what it already holds, and returns its path and that of the log.
 * Throws NoAdministrator.
 */
function prepareConfiguration(directory, {administrator, password, secret}) {
  const file = path.join(directory, 'config.json');
  const log = path.join(directory, 'log.txt');
  const found = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  const admins = password ? {[administrator]: hashed(password)} : found.admins;
  if (!admins || !Object.keys(admins).length) {
    throw new NoAdministrator('EMBEDDED_COUCH_PASSWORD is needed on the first start: nobody has a password yet');
  }
  const authentication = {timeout: SESSION_SECONDS, ...found.couch_httpd_auth, iterations: ITERATIONS};
  authentication.secret = secret || authentication.secret || crypto.randomBytes(16).toString('hex');
  const configuration = {
    ...found,
    admins,
    couch_httpd_auth: authentication,
    couchdb: {uuid: crypto.randomUUID().replaceAll('-', ''), ...found.couchdb},
    log: {file: log, level: 'error'},
  };
  fs.writeFileSync(file, JSON.stringify(configuration, null, 1), {mode: 0o600});
  return {file, log};
}

function hashed(password) {
  const salt = crypto.randomBytes(16).toString('hex');
  const key = crypto.pbkdf2Sync(password, salt, ITERATIONS, KEY_LENGTH, 'sha1').toString('hex');
  return `-pbkdf2-${key},${salt},${ITERATIONS}`;
}

module.exports = {NoAdministrator, prepareConfiguration};
