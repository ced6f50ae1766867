'use strict';
/** Embedded CouchDB-protocol server, demo grade: starts, says so in one line of JSON, stops. See README.md. */

const {EventEmitter} = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const {BadSetting, readSettings} = require('./settings');

const EXIT = {noAdministrator: 2, badSetting: 64, internal: 70, folderInUse: 73};
const LONGEST_GOODBYE = 1500; // milliseconds
// CouchDB's replicator keeps connections in a pool for minutes and trips over one closed under it.
const KEEP_ALIVE = 300_000; // milliseconds

process.umask(0o077); // express-pouchdb rewrites config.json, and that holds the secret of the cookies
EventEmitter.defaultMaxListeners = 0; // every open feed listens to its database
// Update handlers and shows may log; a parent that reads only the one line would let the pipe fill and block us.
console.log = console.error;
// express-pouchdb leaves rejected promises behind on ordinary answers such as 404.
process.on('unhandledRejection', (error) => {
  console.error('unhandled rejection:', (error && (error.reason || error.stack)) || error);
});
// An exception inside PouchDB's queue blocks that database for good: leave, and let whoever started us do so again.
process.on('uncaughtException', (error) => leave(EXIT.internal, `internal error: ${(error && error.stack) || error}`));

main().catch((error) => leave(EXIT.internal, error.message));

async function main() {
  const settings = settingsOrLeave();
  const folder = settings.directory || fs.mkdtempSync(path.join(os.tmpdir(), 'embedded-couch-'));
  if (settings.directory) fs.mkdirSync(folder, {recursive: true, mode: 0o700});
  else process.on('exit', () => fs.rmSync(folder, {recursive: true, force: true}));
  listen(await open(folder, settings), settings, folder);
}

function settingsOrLeave() {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof BadSetting) leave(EXIT.badSetting, error.message);
    throw error;
  }
}

// The databases come before config.json: leveldb's lock tells whether another process has the folder, and its file.
async function open(folder, settings) {
  const {NoAdministrator, prepareConfiguration} = require('./configuration');
  const {buildApplication} = require('./application');
  const {Storage} = require('./storage');
  try {
    const storage = new Storage(folder, settings.directory === null);
    await storage.names();
    const {application, start} = buildApplication(storage, prepareConfiguration(folder, settings), settings.origins);
    await start();
    return application;
  } catch (error) {
    if (error instanceof NoAdministrator) leave(EXIT.noAdministrator, error.message);
    const why = error.reason || error.message;
    if (!/\block\b/i.test(error.message)) return leave(EXIT.internal, `cannot open ${folder}: ${why}`);
    const advice = 'stop it, or choose another folder in EMBEDDED_COUCH_DIRECTORY';
    return leave(EXIT.folderInUse, `another process uses ${folder}: ${advice} (${why})`);
  }
}

function listen(application, settings, folder) {
  const server = application.listen(settings.port, settings.host, () => {
    const {port} = server.address();
    process.stdout.write(`${JSON.stringify({ready: true, port, pid: process.pid, directory: folder})}\n`);
  });
  server.on('error', (error) => leave(EXIT.internal, `cannot listen: ${error.message}`));
  server.keepAliveTimeout = KEEP_ALIVE;
  server.headersTimeout = KEEP_ALIVE + 10_000;
  server.requestTimeout = 0;
  const stop = () => {
    setTimeout(() => process.exit(0), LONGEST_GOODBYE).unref();
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (settings.followStandardInput) process.stdin.on('end', stop).resume();
}

function leave(status, message) {
  fs.writeSync(process.stderr.fd, `embedded CouchDB: ${message}\n`);
  process.exit(status);
}
