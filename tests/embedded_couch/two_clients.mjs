// Two PouchDB clients work offline and online on one database; prints what they and the server hold at the end.
// Usage: node two_clients.mjs PACKAGES SERVER DATABASE NAME PASSWORD
import {createRequire} from 'node:module';

const [packages, server, database, name, password] = process.argv.slice(2);
const require = createRequire(packages);
const PouchDB = require('pouchdb');
PouchDB.plugin(require('pouchdb-adapter-memory'));

const remote = () => new PouchDB(`${server}/${database}`, {skip_setup: true, auth: {username: name, password}});
const replicas = ['one', 'two'].map((each) => new PouchDB(each, {adapter: 'memory'}));
const denied = [];

const sync = (replica) => new Promise((resolve, reject) => {
  replica.sync(remote()).on('denied', (change) => denied.push(change.doc.id)).on('complete', resolve).on('error', reject);
});

/** Resolves when the replica holds a document with this field; it hears of changes from its own live feed. */
const arrival = (replica, id, matches) => new Promise((resolve, reject) => {
  const feed = replica.changes({live: true, since: 0, include_docs: true})
    .on('change', ({id: changed, doc}) => {
      if (changed !== id || !matches(doc)) return;
      feed.cancel();
      resolve();
    })
    .on('error', reject);
});

const [one, two] = replicas;
// Offline on both sides: new documents, one that the guard refuses, and one document begun on both.
for (let number = 0; number < 120; number += 1) {
  await one.put({_id: `one-${number}`, n: 0});
  await two.put({_id: `two-${number}`, n: 0});
}
await one.put({_id: 'bad', bad: true});
await one.put({_id: 'shared', who: 'one'});
await two.put({_id: 'shared', who: 'two'});
await one.put({_id: 'file', _attachments: {'a.txt': {content_type: 'text/plain', data: Buffer.from('long '.repeat(20000))}}});
await sync(one);
await sync(two);
await sync(one);
// Online: edits and deletions travel while both are connected.
const live = replicas.map((replica) => replica.sync(remote(), {live: true, retry: true}).on('denied', ({doc}) => denied.push(doc.id)));
for (let round = 1; round <= 3; round += 1) {
  for (const [replica, prefix] of [[one, 'two'], [two, 'one']]) {
    for (let number = 0; number < 20; number += 1) {
      const document = await replica.get(`${prefix}-${number}`);
      await replica.put({...document, n: round});
    }
  }
  await Promise.all([
    arrival(one, 'one-19', (document) => document.n === round),
    arrival(two, 'two-19', (document) => document.n === round),
  ]);
}
await one.remove(await one.get('two-100'));
await arrival(two, 'two-100', (document) => document._deleted);
live.forEach((each) => each.cancel());
await sync(one);
await sync(two);
await sync(one);

const contents = async (source) => {
  const {rows} = await source.allDocs({include_docs: true, conflicts: true});
  return Object.fromEntries(rows.filter(({id}) => id !== 'bad' && !id.startsWith('_design/'))
    .map(({id, value, doc}) => [id, [value.rev, doc.n ?? null, doc._conflicts ?? []]]));
};
const text = await two.getAttachment('file', 'a.txt');
console.log(JSON.stringify({
  replicas: await Promise.all(replicas.map(contents)),
  server: await contents(remote()),
  denied: [...new Set(denied)],
  attachment: text.toString().length,
}));
process.exit(0);
