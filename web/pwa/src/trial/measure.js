// What ./scripts/bench first-sync and app measure or need inside the page; times are milliseconds since the call.
import {newDraft, setQuantity} from '../drafts/draft.js';
import {author, orderOf} from '../orders/order.js';
import {submit} from '../orders/submit.js';
import PouchDB from '../replica/database.js';
import {openReplica} from '../replica/replica.js';

const SAMPLES = 200; // searches

/** Runs `work` and resolves to {ms, long_tasks, ...result}: tasks of over 50 ms on the main thread meanwhile. */
async function watched(work) {
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  observer.observe({type: 'longtask'});
  const started = performance.now();
  const result = await work(started);
  const ms = performance.now() - started;
  await new Promise((resolve) => { setTimeout(resolve, 100); }); // the observer hears of tasks a little later
  observer.disconnect();
  return {ms, long_tasks: tasks.filter(({startTime}) => startTime >= started && startTime < started + ms).length, ...result};
}

function databaseAt(name) {
  return new PouchDB(new URL(`/couch/${name}`, location.href).href, {skip_setup: true});
}

/**
 * First sync of both databases by overlay. `usable_ms`: every document of both can be found and read, and a search has
 * answered, while they are still being stored; `ms`: everything is stored and the checkpoints stand.
 */
export function overlaySync(catalog, customers, text) {
  return watched(async (started) => {
    let firstPage = null;
    const arrived = [];
    const replicas = await Promise.all([[catalog, 'product:'], [customers, 'customer:']].map(async ([name, prefix]) => {
      const replica = await openReplica({remote: `/couch/${name}`, name, prefix});
      replica.ready.then(() => { firstPage ??= performance.now() - started; });
      arrived.push(new Promise((resolve) => {
        replica.on('progress', ({documents, documents_total: total}) => documents === total && resolve());
      }));
      return replica;
    }));
    const syncing = Promise.all(replicas.map((replica) => replica.sync()));
    await Promise.race([Promise.all(arrived), syncing]); // whoever has no snapshot is usable in the end
    const {total} = await replicas[0].search(text);
    const usable = await counted(replicas);
    const usableAfter = performance.now() - started;
    const results = await syncing;
    const documents = await counted(replicas);
    if (usable !== documents) throw new Error(`usable with ${usable} documents, complete with ${documents}`);
    window.replica = replicas[0];
    return {first_page_ms: firstPage, usable_ms: usableAfter, found: total, documents, by: results.map(({pulled_by}) => pulled_by)};
  });
}

async function counted(replicas) {
  const pages = await Promise.all(replicas.map((replica) => replica.list({limit: 1})));
  return pages.reduce((sum, page) => sum + page.total, 0);
}

/** First sync of both databases by plain PouchDB, with the options given: {} are its defaults. */
export function plainSync(catalog, customers, options) {
  return watched(async () => {
    const names = [catalog, customers];
    const local = names.map((name) => new PouchDB(`plain-${name}`));
    await Promise.all(local.map((database, at) => database.replicate.from(databaseAt(names[at]), options)));
    const infos = await Promise.all(local.map((database) => database.info()));
    [window.plain] = local;
    return {documents: infos.reduce((sum, {doc_count}) => sum + doc_count, 0)};
  });
}

/** A later pull of the catalog; `how` is 'overlay' or 'plain'. */
export function pull(how, catalog) {
  return watched(async () => {
    if (how === 'overlay') return {documents: (await window.replica.sync()).documents};
    return {documents: (await window.plain.replicate.from(databaseAt(catalog))).docs_written};
  });
}

/** A search per keystroke: the median from the call on the page to the documents on the page. */
export async function searches(texts) {
  const times = [];
  for (let at = 0; at < SAMPLES; at++) {
    const started = performance.now();
    await window.replica.search(texts[at % texts.length]);
    times.push(performance.now() - started);
  }
  return times.sort((one, other) => one - other)[SAMPLES / 2];
}

/** Take orders on this device without the screens, by the app's own rules. */
export async function takeOrders(identity, count) {
  const local = new PouchDB(`orders-${identity.rep}`, {auto_compaction: true});
  for (const draft of drafts(identity, count)) {
    await local.put(draft);
    await submit(local, await local.get(draft._id), 'order', author(identity));
  }
}

/** Hand in as many orders one by one, a PUT each, as an app without replication would; resolves to milliseconds. */
export async function putOneByOne(identity, count) {
  const orders = drafts(identity, count).map((draft) => orderOf(draft, 'order', author(identity)));
  const started = performance.now();
  for (const order of orders) {
    const answer = await fetch(`/couch/orders-${identity.rep}/${order._id}`, {
      method: 'PUT', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(order),
    });
    if (answer.status !== 201) throw new Error(`${order._id} was refused: ${await answer.text()}`);
  }
  return performance.now() - started;
}

/** The median of a search as a page without an index does it: all documents, one after the other, best 50 by name. */
export async function linear({rep}, texts) {
  const catalog = await openReplica({remote: '/couch/catalog', name: `catalog-${rep}`, prefix: 'product:'});
  const {documents} = await catalog.list({limit: 1e6});
  const fields = ['name', 'sku', 'description'];
  const times = texts.flatMap((text) => [1, 2, 3].map(() => {
    const started = performance.now();
    const words = text.toLowerCase().split(' ');
    documents
      .filter((document) => words.every((word) => fields.some((field) => document[field]?.toLowerCase().includes(word))))
      .sort((one, other) => one.name.localeCompare(other.name)).slice(0, 50);
    return performance.now() - started;
  }));
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)];
}

function drafts(identity, count) {
  return Array.from({length: count}, (_, number) => {
    const by = author(identity);
    const draft = newDraft({id: `customer:${number % 50 + 1}`, name: `Customer ${number}`}, 'USD', by);
    return [1, 2, 3].reduce((made, line) => setQuantity(made, {_id: `product:${number + line}`, name: `Product ${number + line}`, unit_price: '14.50'}, '2', by), draft);
  });
}
