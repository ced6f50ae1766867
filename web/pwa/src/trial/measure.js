// What ./scripts/bench first-sync measures inside the page; times are milliseconds since the call.
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
