// One origin for the console, the reps' app and CouchDB without nginx: for the demo and the tests, on loopback only.
// It forwards and decides nothing; what reps may reach in production is images/proxy/nginx.conf.
//   node front_door.mjs --couch URL --console URL [--port PORT]
import {createServer, request} from 'node:http';
import {parseArgs} from 'node:util';

const COUCH = '/couch/';
const OF_THE_CONSOLE = /^\/couch\/[^/]+\/(_snapshot(\/[^/?]*)?|_delta|_letter\/[^/?]*)(\?|$)/; // under the database's own address
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'];

const {values: {couch, console: web, port}} = parseArgs({
  options: {couch: {type: 'string'}, console: {type: 'string'}, port: {type: 'string', default: '0'}},
});
if (!couch || !web) {
  process.stderr.write('front door: --couch and --console are needed\n');
  process.exit(2);
}

function targetOf(path) {
  return path.startsWith(COUCH) && !OF_THE_CONSOLE.test(path) ? at(couch, path.slice(COUCH.length - 1)) : at(web, path);
}

// Not new URL(path, server): a path like //elsewhere/ would lead to another host, and the cookie with it.
function at(server, path) {
  return new URL(`${new URL(server).origin}${path.startsWith('/') ? '' : '/'}${path}`);
}

function passedOn(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

const server = createServer((incoming, answer) => {
  const target = targetOf(incoming.url);
  const outgoing = request(target, {method: incoming.method, headers: passedOn(incoming.headers)}, (given) => {
    answer.writeHead(given.statusCode, passedOn(given.headers));
    answer.flushHeaders(); // a feed's first line may be long in coming
    given.pipe(answer);
    given.on('error', () => answer.destroy());
  });
  outgoing.on('error', () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(503, {'Content-Type': 'application/json'}).end('{"error":"unreachable","reason":"nothing answers there"}\n');
  });
  answer.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ready: true, pid: process.pid, port: server.address().port}));
});
process.on('SIGTERM', () => process.exit(0));
