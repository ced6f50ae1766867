// A rep's device behind the proxy: signs in, replicates both ways, and then tries what is none of its business.
// Usage: node replicate.mjs, with one JSON object on standard input; prints one JSON object.
import {createRequire} from 'node:module';
import {text} from 'node:stream/consumers';

const require = createRequire(new URL('../../scripts/package.json', import.meta.url));
const PouchDB = require('pouchdb');

const {couch, orders, name, password, directory, order, attempts} = JSON.parse(await text(process.stdin));
const json = {'Content-Type': 'application/json', Accept: 'application/json'};

// PouchDB keeps the cookie in its own jar, which obeys the cookie's path as a browser does.
async function ask(method, path, body) {
  const answer = await PouchDB.fetch(couch + path, {method, headers: json, body: body && JSON.stringify(body)});
  return {status: answer.status, body: await answer.json()};
}

const refusedBefore = (await ask('GET', `/${orders}/_changes`)).status;
const signedIn = await ask('POST', '/_session', {name, password});
const session = await ask('GET', '/_session');

const local = new PouchDB('replica', {prefix: `${directory}/`});
const remote = new PouchDB(`${couch}/${orders}`, {skip_setup: true});
await local.put(order);
const pushed = await local.replicate.to(remote);
const pulled = await local.replicate.from(remote);
const again = await local.replicate.from(remote);

const live = local.replicate.from(remote, {live: true, retry: false, heartbeat: 1000});
const arrived = new Promise((resolve, reject) => {
  live.on('change', (change) => resolve(change.docs.map((document) => document._id)));
  live.on('error', reject);
});
const draft = {_id: 'draft:01JAB2C3D4E5F6G7H8J9KAMBNC', type: 'draft'};
await remote.put(draft);
const live_documents = await arrived;
live.cancel();
await live.catch(() => {});

const tried = [];
for (const [method, path, body] of attempts) tried.push([method, path, await ask(method, path, body)]);

const documents = (await local.allDocs()).rows.map((row) => row.id);
await local.close();
const counts = {pushed: pushed.docs_written, pulled: pulled.docs_written, again: again.docs_read};
console.log(JSON.stringify({refusedBefore, signedIn, session, ...counts, live_documents, documents, tried}));
