'use strict';
/** The express application: express-pouchdb for sessions, configuration, views, lists and shows; ours for the rest. */

const expressPouchDB = require('express-pouchdb');
const {parseAddress} = require('./address');
const {Accounts} = require('./accounts');
const {checkDatabaseAccess, checkServerAccess} = require('./access');
const {crossOrigin} = require('./cross_origin');
const {DatabaseUpdates} = require('./database_updates');
const {Exchange} = require('./exchange');
const {asRefusal} = require('./refusal');
const {Replications} = require('./replication');
const {Replicator} = require('./replicator');
const {databaseHandler, serverHandler} = require('./routes');
const {readSecurity} = require('./security');

/** Parts of express-pouchdb that stay out: broken, open to anybody, or replaced here. */
const LEFT_OUT = [
  'compression', 'disk-size', 'replicator', 'validation', 'routes/active-tasks', 'routes/all-dbs', 'routes/attachments',
  'routes/bulk-docs', 'routes/bulk-get', 'routes/changes', 'routes/cluster', 'routes/cluster-rewrite', 'routes/compact',
  'routes/db-updates', 'routes/documents', 'routes/fauxton', 'routes/http-log', 'routes/log', 'routes/replicate',
  'routes/revs-diff', 'routes/rewrite', 'routes/root', 'routes/security', 'routes/session', 'routes/session-stub',
  'routes/special-test-auth', 'routes/stats', 'routes/temp-views', 'routes/uuids', 'routes/vhosts',
];

/** Builds the application over the storage. `start()` on the result opens the databases; nothing answers before. */
function buildApplication(storage, files, origins) {
  const application = expressPouchDB({
    configPath: files.file,
    logPath: files.log,
    overrideMode: {exclude: LEFT_OUT},
  });
  storage.attach(application);
  const updates = new DatabaseUpdates();
  storage.onEvent = (name, type) => updates.add(name, type);
  const replications = new Replications(storage);
  const replicator = new Replicator(storage, replications);
  const accounts = new Accounts(application, storage);
  const server = {storage, updates, replications, replicator, accounts, configuration: application.couchConfig};

  const stack = application._router.stack;
  const authentication = stack.findIndex(({handle}) => /buildCookieSession/.test(String(handle)));
  if (authentication < 1) throw new Error('express-pouchdb has no authentication where it is expected');
  // After authentication, before every route of express-pouchdb.
  insert(application, authentication + 1, (request, response, next) => {
    answer(server, request, response, next).catch((error) => send(response, error));
  });
  insert(application, authentication - 1, accounts.middleware()); // before the cookies are read
  insert(application, authentication - 1, crossOrigin(origins));
  const start = async () => {
    await application.setPouchDB(storage.PouchDB);
    await storage.openAccounts();
    await replicator.start();
  };
  return {application, start};
}

function insert(application, position, middleware) {
  application.use(middleware);
  const {stack} = application._router;
  stack.splice(position, 0, stack.pop());
}

async function answer(server, request, response, next) {
  // CouchDB answers in JSON unless a client wants something else by name.
  if (!/json|text\/plain|multipart/.test(request.headers.accept || '')) request.headers.accept = 'application/json';
  const exchange = new Exchange(request, response, parseAddress(request.path), server);
  checkServerAccess(exchange);
  const serverWide = serverHandler(exchange);
  if (serverWide) return serverWide(exchange, next);
  exchange.database = await server.storage.open(exchange.address.top);
  exchange.security = await readSecurity(exchange.database);
  checkDatabaseAccess(exchange);
  const handler = databaseHandler(exchange);
  if (handler) return handler(exchange);
  request.couchSecurityObj = exchange.security;
  // What is left reads JSON only when it is called JSON.
  const contentType = request.headers['content-type'] || '';
  if (exchange.writes && !/json|form/.test(contentType)) request.headers['content-type'] = 'application/json';
  return next();
}

function send(response, error) {
  const {status, error: name, reason} = asRefusal(error);
  if (status >= 500) console.error('request failed:', (error && error.stack) || reason);
  if (response.headersSent) response.end();
  else response.status(status).type('application/json').send(JSON.stringify({error: name, reason}) + '\n');
}

module.exports = {buildApplication};
