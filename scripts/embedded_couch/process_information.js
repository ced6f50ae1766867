'use strict';
/** What the server says about itself: the welcome, _up, _uuids, _membership and the one node there is. */

const PouchDB = require('pouchdb');
const {newId} = require('./documents');
const {notFound} = require('./refusal');

/** How clients can tell this server from CouchDB. */
const VERSION = '3.5.0-embedded';
const NODE = 'embedded@127.0.0.1';
const MOST_UUIDS = 1000;

/** GET / */
function welcome(exchange) {
  return exchange.json(200, {
    couchdb: 'Welcome',
    version: VERSION,
    uuid: exchange.server.configuration.get('couchdb', 'uuid'),
    features: ['embedded'],
    vendor: {name: `embedded (PouchDB ${PouchDB.version})`},
  });
}

/** GET /_up */
function up(exchange) {
  return exchange.json(200, {status: 'ok', seeds: {}});
}

/** GET /_uuids */
function uuids(exchange) {
  const count = Math.min(Number(exchange.query.count) || 1, MOST_UUIDS);
  exchange.response.set('Cache-Control', 'no-cache');
  return exchange.json(200, {uuids: Array.from({length: count}, newId)});
}

/** GET /_membership */
function membership(exchange) {
  return exchange.json(200, {all_nodes: [NODE], cluster_nodes: [NODE]});
}

/** GET /_cluster_setup */
function clusterSetup(exchange) {
  return exchange.json(200, {state: 'single_node_enabled'});
}

/** /_node/{name}/...: `next` answers _config, which express-pouchdb keeps. */
function node(exchange, next) {
  const part = exchange.address.segments[2];
  if (part === '_config') {
    exchange.request.url = '/' + exchange.address.segments.slice(2).map(encodeURIComponent).join('/');
    return next();
  }
  if (part === undefined) return exchange.json(200, {name: NODE});
  const answer = {_system: system, _versions: versions, _stats: () => ({})}[part];
  if (!answer) throw notFound('missing');
  return exchange.json(200, answer());
}

function system() {
  const {heapUsed, external, arrayBuffers} = process.memoryUsage();
  return {
    uptime: Math.floor(process.uptime()),
    memory: {processes: heapUsed, other: external, binary: arrayBuffers, ets: 0, atom: 0, code: 0},
    process_count: 1,
    message_queues: {},
  };
}

function versions() {
  return {
    node: process.versions.node,
    pouchdb: PouchDB.version,
    javascript_engine: {name: 'v8', version: process.versions.v8},
  };
}

module.exports = {clusterSetup, membership, node, up, uuids, welcome};
