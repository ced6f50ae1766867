'use strict';
/** What the environment says: read once, checked before anything is opened. */

const path = require('node:path');

const DEFAULT_PORT = 5984;

/** The command was used wrongly; the message names the variable and what it takes. */
class BadSetting extends Error {}

/**
 * The settings in an environment: directory (null in memory), port, host, administrator, password and secret (null when
 * not given), origins, followStandardInput. Throws BadSetting.
 */
function readSettings(environment) {
  const directory = environment.EMBEDDED_COUCH_DIRECTORY;
  if (!directory) throw new BadSetting('EMBEDDED_COUCH_DIRECTORY is needed: a folder, or :memory: to keep nothing');
  return {
    directory: directory === ':memory:' ? null : path.resolve(directory),
    host: loopback(environment.EMBEDDED_COUCH_HOST || '127.0.0.1'),
    port: portNumber(environment.EMBEDDED_COUCH_PORT || String(DEFAULT_PORT)),
    administrator: environment.EMBEDDED_COUCH_ADMIN || 'admin',
    password: environment.EMBEDDED_COUCH_PASSWORD || null,
    secret: environment.EMBEDDED_COUCH_SECRET || null,
    origins: (environment.EMBEDDED_COUCH_CORS || '').split(',').map((text) => text.trim()).filter(Boolean).map(origin),
    followStandardInput: environment.EMBEDDED_COUCH_FOLLOW_STDIN === '1',
  };
}

// Design documents run inside this process and nothing here has been hardened for a network: never listen on one.
function loopback(host) {
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return host;
  throw new BadSetting(`EMBEDDED_COUCH_HOST is ${host}: only a loopback address such as 127.0.0.1 is allowed`);
}

function portNumber(text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new BadSetting(`EMBEDDED_COUCH_PORT is ${text}: it takes a number from 0 (any free port) to 65535`);
}

// Answers carry credentials, so an origin is allowed by its exact name and never by a wildcard.
function origin(text) {
  if (/^https?:\/\/[^/*\s]+$/.test(text)) return text;
  throw new BadSetting(`EMBEDDED_COUCH_CORS has ${text}: it takes exact origins with commas, as http://localhost:8080`);
}

module.exports = {BadSetting, readSettings};
