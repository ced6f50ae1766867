// The app's own modules as a rep's phone on Node, driven by a script of steps. Prints one JSON line with what each step gave.
// Usage: node phone.mjs < {"server", "name", "password", "device", "steps": [["verb", ...arguments], ...]}
import {readFileSync} from 'node:fs';
import {newDraft, setQuantity} from '../../web/pwa/src/drafts/draft.js';
import {author, cancellationOf} from '../../web/pwa/src/orders/order.js';
import {submit} from '../../web/pwa/src/orders/submit.js';
import {refused, unsent} from '../../web/pwa/src/outbox/offered.js';
import {orderList} from '../../web/pwa/src/outbox/whereabouts.js';
import {signIn, signOut, whoAmI} from '../../web/pwa/src/sync/session.js';
import {statusFetch} from '../../web/pwa/src/sync/status_fetch.js';
import {Sync} from '../../web/pwa/src/sync/sync.js';
import {emptyDatabase, PouchDB} from '../../web/pwa/test/pouchdb.js';

const {server, elsewhere, name, password, device, steps} = JSON.parse(readFileSync(0, 'utf8'));
const BOARD = {_id: 'product:11', name: 'Oak board 2 m', unit_price: '14.50'};
const HARBOUR = {id: 'customer:7', name: 'Harbour Joinery'};

let address = server; // where the phone looks for the server; a captive portal answers elsewhere
const {fetch, lastStatus} = statusFetch((url, options) => PouchDB.fetch(String(url).replace(server, address), options));
const local = emptyDatabase();
const identity = {...await signIn(server, name, password, fetch), device};
const remote = new PouchDB(`${server}/orders-${identity.rep}`, {skip_setup: true, fetch});
const sync = new Sync({
  local, remote, identity, lastStatus, app: 'test', whoAmI: () => whoAmI(server, fetch),
});

const verbs = {
  async capture(kind = 'order', note = undefined) {
    const by = author(identity);
    const draft = {...setQuantity(newDraft(HARBOUR, 'USD', by), BOARD, '2', by), note};
    await local.put(draft);
    return (await submit(local, draft, kind, by))._id;
  },
  async draft(note) {
    const draft = {...newDraft(HARBOUR, 'USD', author(identity)), note};
    await local.put(draft);
    return draft._id;
  },
  async spoil(id) { // as a bug of ours would: an order whose total is wrong
    const {_rev: _, ...order} = await local.get(id);
    const twin = {...order, _id: `${order._id.slice(0, -1)}${order._id.endsWith('0') ? '1' : '0'}`, total: '1.00'};
    await local.put(twin);
    return twin._id;
  },
  async cancel(id) {
    const document = cancellationOf(id, 'The customer called.', author(identity));
    await local.put(document);
    return document._id;
  },
  sync: () => sync.syncNow(),
  start: () => sync.start(),
  stop: () => sync.stop(),
  async waitFor(phase) {
    while (sync.state.phase !== phase) await new Promise((done) => sync.addEventListener('state', done, {once: true}));
    return sync.state;
  },
  async waitForPlace(order, place) {
    const at = async () => (await verbs.places())[order] === place;
    const feed = local.changes({since: 'now', live: true});
    const moved = () => new Promise((done) => {
      feed.once('change', done);
      sync.addEventListener('state', done, {once: true});
    });
    for (let next = moved(); !await at(); next = moved()) await next;
    feed.cancel();
    return verbs.places();
  },
  async places() {
    const {rows} = await local.allDocs({include_docs: true});
    const waiting = await unsent(local, device);
    const facts = {unsent: new Set(waiting.documents), refused: await refused(local)};
    return Object.fromEntries(orderList(rows.map(({doc}) => doc), facts).map(({where}) => [where.order, where.place]));
  },
  unsent: () => unsent(local, device),
  refused: () => refused(local),
  signOut: () => signOut(server, fetch),
  signIn: () => signIn(server, name, password, fetch),
  lookElsewhere() { address = elsewhere; },
  lookAgain() { address = server; },
};

const results = [];
const named = (value) => (typeof value === 'string' && value.startsWith('$') ? results[Number(value.slice(1))] : value);
for (const [verb, ...given] of steps) results.push(await verbs[verb](...given.map(named)) ?? null);
console.log(JSON.stringify(results));
process.exit(0);
