import 'fake-indexeddb/auto';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {Reading} from '../src/replica/reading.js';
import {StoredReplica} from '../src/replica/stored_replica.js';
import {Database, products, Server} from './server.js';

let server;
let replicas;
let names = 0;
let name;

beforeEach(async () => {
  server = new Server();
  replicas = [];
  name = `replica-${++names}`;
  await server.documents.bulkDocs(products(40));
});

afterEach(async () => {
  for (const replica of replicas) await replica.close().catch(() => {});
});

async function open(options = {}) {
  const told = [];
  const channel = {postMessage() {}, close() {}};
  const tell = (event, detail) => told.push({event, detail});
  const replica = await StoredReplica.open(
    {name, remote: server.address, writable: true, prefix: 'product:', ...options},
    {Database, tell, fetch: server.fetch, channel},
  );
  replicas.push(replica);
  return Object.assign(replica, {told});
}

async function synced(options) {
  const replica = await open(options);
  await replica.sync();
  return replica;
}

const search = (replica, options) => new Reading([replica]).search(options);

const sorted = (document) => document && {...document, ...(document._conflicts && {_conflicts: [...document._conflicts].sort()})};

/** Every document the server has ever had is the same in the replica: winner, content, conflicts. */
async function expectIdentical(replica) {
  const {results} = await server.documents.changes({since: 0});
  let living = 0;
  for (const {id, deleted} of results) {
    const theirs = deleted ? null : await server.documents.get(id, {conflicts: true});
    if (theirs) living++;
    expect(sorted(await replica.get({id, conflicts: true}))).toEqual(sorted(theirs));
  }
  expect((await replica.list({prefix: '', limit: 1})).total).toBe(living);
}

async function change(id, fields) {
  return server.documents.put({...await server.documents.get(id), ...fields});
}

test('a first sync takes the snapshot, and PouchDB stays empty', async () => {
  const replica = await open();
  expect(await replica.sync()).toMatchObject({pulled_by: 'snapshot', documents: 40});
  expect(await replica.status()).toMatchObject({stage: 'ready', mode: 'snapshot', in_base: 40, in_pouch: 0, unsent: []});
  await expectIdentical(replica);
  const first = replica.told.find(({event}) => event === 'ready');
  expect(first.detail.documents[0].name).toBe('Product 0000');
  expect(replica.told.filter(({event}) => event === 'progress').at(-1).detail)
    .toMatchObject({stage: 'snapshot', documents: 40, documents_total: 40, seconds_left: 0});
});

test('it is there again without a network', async () => {
  await (await synced()).close();
  server.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  const replica = await open();
  await expectIdentical(replica);
  expect((await search(replica, {text: 'product 0007'})).documents[0]._id).toBe('product:7');
  await expect(replica.sync()).rejects.toMatchObject({name: 'Unreachable'});
});

test('one that holds nothing is ready again when it is opened again, and only once it was whole', async () => {
  const {results} = await server.documents.changes({since: 0});
  await Promise.all(results.map(({id, changes: [{rev}]}) => server.documents.remove(id, rev)));
  const replica = await open();
  expect(replica.told.map(({event}) => event)).not.toContain('ready');
  await replica.sync();
  await replica.close();
  const again = await open();
  await vi.waitFor(() => expect(again.told.filter(({event}) => event === 'ready')).toEqual([
    {event: 'ready', detail: {documents: [], total: 0, from: 0}},
  ]));
});

test('changes, deletions, new documents and conflicts come by one delta', async () => {
  const replica = await synced();
  await change('product:3', {name: 'Changed'});
  await server.documents.remove(await server.documents.get('product:4'));
  await server.documents.put({_id: 'product:99', name: 'New'});
  const {_rev} = await server.documents.get('product:5');
  await server.conflict({_id: 'product:5', _rev: '2-bbb', _revisions: {start: 2, ids: ['bbb', _rev.slice(2)]}, name: 'One'});
  await server.conflict({_id: 'product:5', _rev: '2-aaa', _revisions: {start: 2, ids: ['aaa', _rev.slice(2)]}, name: 'Other'});
  server.asked = [];
  expect(await replica.sync()).toMatchObject({pulled_by: 'delta', documents: 4});
  expect(server.asked.length).toBe(1);
  await expectIdentical(replica);
  expect((await replica.get({id: 'product:5', conflicts: true}))._conflicts).toEqual(['2-aaa']);
});

test('when nothing is new one request says so', async () => {
  const replica = await synced();
  server.asked = [];
  expect(await replica.sync()).toMatchObject({pulled_by: 'delta', documents: 0});
  expect(server.asked).toEqual([expect.stringContaining('_delta?since=')]);
});

test('conflicted documents of the snapshot come with all their leaves', async () => {
  const {_rev} = await server.documents.get('product:5');
  await server.conflict({_id: 'product:5', _rev: '2-bbb', _revisions: {start: 2, ids: ['bbb', _rev.slice(2)]}, name: 'One'});
  await server.conflict({_id: 'product:5', _rev: '2-aaa', _revisions: {start: 2, ids: ['aaa', _rev.slice(2)]}, name: 'Other'});
  const replica = await synced();
  expect((await replica.status()).in_base).toBe(39);
  await expectIdentical(replica);
});

test('what changes while the snapshot is on its way comes too', async () => {
  server.body = async (text) => {
    await change('product:1', {name: 'Changed meanwhile'});
    await server.documents.remove(await server.documents.get('product:2'));
    return text;
  };
  const replica = await synced();
  await expectIdentical(replica);
  expect((await replica.status()).in_base).toBe(39);
});

test('a deleted document leaves the stored block as well', async () => {
  const replica = await synced();
  await server.documents.remove(await server.documents.get('product:17'));
  await replica.sync();
  const lines = await replica.storage.blocks(replica.overlay.number);
  expect(lines.join('')).not.toContain('Product 0017');
  expect(lines.join('')).toContain('Product 0018');
});

test('a deletion that was pulled just before a crash leaves the base when it is opened again', async () => {
  const replica = await synced();
  await server.documents.remove(await server.documents.get('product:17'));
  await replica.overlay.write(await server.leaves('product:17')); // and no more of it
  await replica.close();
  const again = await open();
  expect((await again.storage.blocks(again.overlay.number)).join('')).not.toContain('Product 0017');
});

test('an edit of a base document follows its revision, and no conflict arises', async () => {
  const replica = await synced();
  const document = await replica.get({id: 'product:6'});
  await replica.put({document: {...document, name: 'Mine'}});
  expect((await search(replica, {text: 'mine'})).documents[0]._id).toBe('product:6');
  expect((await replica.status()).unsent).toEqual(['product:6']);
  expect(await replica.sync()).toMatchObject({pushed: 1});
  expect((await replica.status()).unsent).toEqual([]);
  expect(await server.documents.get('product:6', {conflicts: true})).toMatchObject({name: 'Mine'});
  await expectIdentical(replica);
});

test('a document is created and another one deleted on the device', async () => {
  const replica = await synced();
  await replica.put({document: {_id: 'product:own', name: 'Own'}});
  await replica.put({document: {...await replica.get({id: 'product:8'}), _deleted: true}});
  expect(await replica.get({id: 'product:8'})).toBeNull();
  await replica.sync();
  await expectIdentical(replica);
});

test('two edits at the same time are a conflict that both sides see alike', async () => {
  const replica = await synced();
  await replica.put({document: {...await replica.get({id: 'product:9'}), name: 'Mine'}});
  await change('product:9', {name: 'Theirs'});
  await replica.sync();
  expect((await replica.get({id: 'product:9', conflicts: true}))._conflicts).toHaveLength(1);
  await expectIdentical(replica);
});

test('an edit with an old revision is refused and is not unsent', async () => {
  const replica = await synced();
  await expect(replica.put({document: {_id: 'product:9', _rev: '1-old', name: 'Mine'}})).rejects.toMatchObject({status: 409});
  expect((await replica.status()).unsent).toEqual([]);
});

test('an edit that the server refuses is kept with the reason, and is not offered again', async () => {
  const replica = await synced();
  await replica.put({document: {...await replica.get({id: 'product:6'}), name: 'Mine'}});
  const refused = vi.spyOn(replica.remote, 'bulkDocs').mockImplementation(async ({docs}) => docs.map(({_id: id}) => (
    {id, status: 403, error: 'forbidden', name: 'forbidden', reason: 'not yours'}
  )));
  expect(await replica.sync()).toMatchObject({pushed: 0, refused: {'product:6': 'not yours'}});
  expect((await replica.status()).refused).toEqual({'product:6': 'not yours'});
  expect((await replica.get({id: 'product:6'})).name).toBe('Mine');
  await replica.sync();
  expect(refused).toHaveBeenCalledTimes(1);
});

test('an edit that is being made while a sync begins is pushed too', async () => {
  const replica = await synced();
  const document = {...await replica.get({id: 'product:6'}), name: 'Mine'};
  const put = replica.overlay.put.bind(replica.overlay);
  let go;
  const held = new Promise((resolve) => { go = resolve; });
  const reached = new Promise((resolve) => {
    replica.overlay.put = async (each) => { resolve(); await held; return put(each); };
  });
  const written = replica.put({document});
  await reached;
  const syncing = replica.sync();
  await vi.waitFor(() => expect(replica.running).toBe(true)); // it waits for the edit
  go();
  await Promise.all([written, syncing]);
  await replica.sync();
  expect((await server.documents.get('product:6')).name).toBe('Mine');
  expect((await replica.status()).unsent).toEqual([]);
});

test('nothing is written into a replica that is read-only', async () => {
  const replica = await synced({writable: false});
  await expect(replica.put({document: {_id: 'product:own'}})).rejects.toMatchObject({name: 'BadCall'});
});

test('a snapshot that breaks off once is taken again', async () => {
  server.body = (text) => {
    server.body = (whole) => whole;
    return text.slice(0, text.length / 2);
  };
  const replica = await synced();
  expect((await replica.status()).mode).toBe('snapshot');
  await expectIdentical(replica);
});

test('a snapshot that always breaks off gives way to replication', async () => {
  server.body = (text) => text.slice(0, text.length / 2);
  const replica = await open();
  expect(await replica.sync()).toMatchObject({pulled_by: 'plain'});
  expect(server.asked.filter((path) => path.startsWith('_snapshot/'))).toHaveLength(3);
  await expectIdentical(replica);
});

test('what was stored before the browser was killed is shown, and is not stored again', async () => {
  const replica = await open();
  server.body = (text) => new ReadableStream({
    start: (out) => out.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2))),
    pull: () => vi.waitFor(async () => expect((await replica.storage.blockNumbers(1)).size).toBeGreaterThan(1))
      .then(() => Promise.reject(new TypeError('network error'))),
  });
  await expect(replica.sync()).rejects.toMatchObject({name: 'Unreachable'});
  await replica.close();
  server.body = (text) => text;
  const again = await open();
  expect(await again.status()).toMatchObject({stage: 'first sync'});
  expect((await again.list()).total).toBeGreaterThan(0);
  const stored = [];
  const putBlock = again.storage.putBlock.bind(again.storage);
  again.storage.putBlock = (number, n, line) => (stored.push(n), putBlock(number, n, line));
  await again.sync();
  expect(stored).not.toContain(0);
  expect(await again.status()).toMatchObject({stage: 'ready', in_base: 40});
  await expectIdentical(again);
});

test('another snapshot after an interruption replaces what was stored, and edits go along', async () => {
  const body = server.body;
  server.body = (text) => text.slice(0, text.length / 2);
  const replica = await open();
  replica.service.fetch = async (url) => (server.asked.length > 1 ? Promise.reject(new TypeError('off')) : server.fetch(url));
  server.asked = [];
  await expect(replica.sync()).rejects.toMatchObject({name: 'Unreachable'});
  await replica.put({document: {...await replica.get({id: 'product:0'}), name: 'Mine'}});
  await server.documents.remove(await server.documents.get('product:1'));
  server.body = body;
  replica.service.fetch = server.fetch;
  await replica.sync();
  expect((await server.documents.get('product:0')).name).toBe('Mine');
  await expectIdentical(replica);
  expect((await replica.storage.state()).retired).toEqual([]);
});

test('a database that was made anew is taken anew, and an unsent edit survives', async () => {
  const replica = await synced();
  await replica.put({document: {...await replica.get({id: 'product:6'}), name: 'Mine'}});
  await server.documents.destroy();
  server.documents = new Database(server.address, {auto_compaction: true});
  server.generation = 'second';
  await server.documents.bulkDocs(products(20, {again: true}));
  replica.remote = new Database(server.address);
  expect(await replica.sync()).toMatchObject({pulled_by: 'snapshot'});
  expect((await replica.storage.state()).current.number).toBe(2);
  expect(await replica.get({id: 'product:30'})).toBeNull();
  expect((await replica.get({id: 'product:6', conflicts: true}))._conflicts).toHaveLength(1);
  await replica.sync();
  await expectIdentical(replica);
});

test('a new base is taken when PouchDB has grown beyond a fifth of it', async () => {
  const replica = await synced();
  for (let number = 0; number < 9; number++) await change(`product:${number}`, {name: `Changed ${number}`});
  await replica.sync();
  expect((await replica.storage.state()).current.number).toBe(2);
  expect(await replica.status()).toMatchObject({in_base: 40, in_pouch: 0});
  await expectIdentical(replica);
  await replica.close();
  await expectIdentical(await open());
});

test('no new base is taken while something is unsent', async () => {
  const replica = await synced();
  await replica.storage.noteEdit('product:6', 1);
  await replica.storage.refuseEdit('product:6', 'not yours');
  for (let number = 0; number < 9; number++) await change(`product:${number}`, {name: `Changed ${number}`});
  await replica.sync();
  expect(await replica.status()).toMatchObject({in_pouch: 9, refused: {'product:6': 'not yours'}});
});

test('without a delta endpoint ordinary replication goes on from the snapshot', async () => {
  const replica = await synced();
  server.offers = false;
  await change('product:3', {name: 'Changed'});
  await server.documents.remove(await server.documents.get('product:4'));
  expect(await replica.sync()).toMatchObject({pulled_by: 'replication', documents: 2});
  await expectIdentical(replica);
});

test.each([[500], [503], [429]])('while the delta answers %i replication does once, and the delta is asked again', async (status) => {
  const replica = await synced();
  server.refuses = status;
  await change('product:3', {name: 'Changed'});
  expect(await replica.sync()).toMatchObject({pulled_by: 'replication', documents: 1});
  server.refuses = null;
  expect(await replica.sync()).toMatchObject({pulled_by: 'delta'});
  server.generation = 'restored';
  expect(await replica.sync()).toMatchObject({pulled_by: 'snapshot'});
});

test('a server without a delta is not asked for it again', async () => {
  const replica = await synced();
  server.offers = false;
  await replica.sync();
  server.asked = [];
  await replica.sync();
  expect(server.asked).toEqual([]);
});

test('without any endpoint everything is replicated', async () => {
  server.offers = false;
  const replica = await synced();
  expect(await replica.status()).toMatchObject({mode: 'plain', in_base: 0, in_pouch: 40});
  await expectIdentical(replica);
  await replica.close();
  await expectIdentical(await open());
});

test.each([[401], [403]])('a refusal with %i is told, and what is stored stays', async (status) => {
  const replica = await synced();
  server.refuses = status;
  await expect(replica.sync()).rejects.toMatchObject({name: 'Refused', status});
  expect((await replica.list()).total).toBe(40);
});

test('it is not destroyed while something is unsent, unless that is meant', async () => {
  const replica = await synced();
  await replica.put({document: {_id: 'product:own', name: 'Own'}});
  await expect(replica.destroy()).rejects.toMatchObject({name: 'BadCall'});
  await replica.destroy({discard: true});
  expect(await (await open()).status()).toMatchObject({stage: 'empty', documents: 0});
});
