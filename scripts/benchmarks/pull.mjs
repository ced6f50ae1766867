// A new device that replicates as usual: each database into an empty PouchDB in memory, with PouchDB's own defaults.
// Usage: node pull.mjs, with {address, name, password, databases} on standard input; prints the documents it has then.
import {createRequire} from 'node:module';
import {text} from 'node:stream/consumers';

const require = createRequire(new URL('../package.json', import.meta.url));
const PouchDB = require('pouchdb').plugin(require('pouchdb-adapter-memory'));

const {address, name: username, password, databases} = JSON.parse(await text(process.stdin));
let documents = 0;
for (const name of databases) {
  const remote = new PouchDB(`${address}/${name}`, {skip_setup: true, auth: {username, password}});
  const local = new PouchDB(name, {adapter: 'memory'});
  await local.replicate.from(remote);
  documents += (await local.info()).doc_count;
}
process.stdout.write(JSON.stringify({documents}));
