// A rep's databases on this device and how they meet the server's: first sync, push then pull, live pull.
import {mkdirSync} from 'node:fs';
import path from 'node:path';
import PouchDB from 'pouchdb';
import memory from 'pouchdb-adapter-memory';

const BATCH = 100; // documents a request; halved when the server answers 413
const LONGEST_WAIT = 5000; // milliseconds between attempts of a live pull
const OWN = ['order:', 'draft:', 'amend:', 'cancel:', 'custreq:'];
const REFUSED = '_local/refused'; // documents the guard denied: PouchDB never sends them again, so the rep must see them
const PUSHED = '_local/pushed'; // this replica's own sequence up to which everything has been offered to the server

PouchDB.plugin(memory);

/** The replicas of one rep on one device. `directory` null keeps them in memory. */
export class Replica {
  constructor({session, rep, territory, device, directory}) {
    this.session = session;
    this.device = device;
    this.directory = directory;
    if (directory) mkdirSync(directory, {recursive: true});
    this.catalog = this.pair('catalog');
    this.customers = this.pair(`customers-${territory}`);
    this.orders = this.pair(`orders-${rep}`);
    this.live = null;
  }

  pair(name) {
    const local = this.directory
      ? new PouchDB(path.join(this.directory, name))
      : new PouchDB(name, {adapter: 'memory'});
    const remote = new PouchDB(`${this.session.server}/${name}`, {skip_setup: true, fetch: this.session.fetch});
    return {name, local, remote};
  }

  /** Everything a new device needs; resolves to the number of documents of each database. */
  async firstSync() {
    const counts = {};
    for (const pair of [this.catalog, this.customers, this.orders]) {
      await this.pull(pair);
      counts[pair.name] = (await pair.local.info()).doc_count;
    }
    await this.push();
    return counts;
  }

  /** Push this device's orders, then pull what the others wrote, once. */
  async sync() {
    const {pushed, refused} = await this.push();
    const pulled = await this.pull(this.orders);
    return {pushed, pulled, refused};
  }

  /** Pull catalog and customers again. */
  async refresh() {
    return {catalog: await this.pull(this.catalog), customers: await this.pull(this.customers)};
  }

  async pull({local, remote}) {
    return (await local.replicate.from(remote, {batch_size: BATCH})).docs_written;
  }

  async push() {
    const {local, remote} = this.orders;
    const refused = {};
    let pushed = 0;
    for (let batch = BATCH; ; batch = Math.max(1, batch >> 1)) {
      const sent = new Set();
      const replication = local.replicate.to(remote, {batch_size: batch});
      replication.on('denied', (row) => { refused[row.id] = String(row.reason ?? row.message ?? row.name); });
      replication.on('change', (progress) => progress.docs.forEach((document) => sent.add(document._id)));
      try {
        const result = await replication;
        pushed += result.docs_written;
        await this.remember(PUSHED, {seq: result.last_seq});
        await this.rememberRefused(refused, sent);
        return {pushed, refused};
      } catch (error) {
        if (!error.result) throw error;
        pushed += error.result.docs_written;
        await this.remember(PUSHED, {seq: error.result.last_seq});
        await this.rememberRefused(refused, sent);
        if (!this.session.tooLarge) throw error;
        if (batch === 1) throw new Error(await this.tooLarge(error.result.last_seq), {cause: error});
      }
    }
  }

  async tooLarge(since) {
    const {results} = await this.orders.local.changes({since, limit: 1});
    return `the server refuses ${results[0]?.id ?? 'a document'}: it is too large (413); nothing after it is sent`;
  }

  async rememberRefused(refused, sent) {
    const known = (await this.recall(REFUSED)).documents ?? {};
    for (const id of sent) delete known[id];
    await this.remember(REFUSED, {documents: {...known, ...refused}});
  }

  /** Documents the guard denied: id -> reason. Kept over restarts. */
  async refused() {
    return (await this.recall(REFUSED)).documents ?? {};
  }

  /** The ids of what this device wrote and has not yet brought to the server. */
  async unsent() {
    const since = (await this.recall(PUSHED)).seq ?? 0;
    const {results} = await this.orders.local.changes({since, include_docs: true});
    return results
      .filter(({id, doc}) => doc.device === this.device && OWN.some((prefix) => id.startsWith(prefix)))
      .map(({id}) => id);
  }

  /** Switch the network. A live pull starts again at once when it comes back. */
  network(up) {
    this.session.network(up);
    if (!this.live) return;
    this.setLive(false);
    this.setLive(true);
  }

  /** Start or stop pulling orders as they change. `onError` hears of a refusal that ends it. */
  setLive(on) {
    if (Boolean(this.live) === on) return;
    if (!on) {
      this.live.cancel();
      this.live = null;
      return;
    }
    const {local, remote} = this.orders;
    const wait = (last) => Math.min(LONGEST_WAIT, last * 2 || 100);
    this.live = local.replicate.from(remote, {live: true, retry: true, batch_size: BATCH, back_off_function: wait});
    this.live.catch((error) => console.error(`the live pull ended: ${error.message ?? error.reason}`));
  }

  async close() {
    this.setLive(false);
    for (const {local} of [this.catalog, this.customers, this.orders]) await local.close();
  }

  async recall(id) {
    return this.orders.local.get(id).catch((error) => {
      if (error.status === 404) return {};
      throw error;
    });
  }

  async remember(id, body) {
    const {_rev} = await this.recall(id);
    await this.orders.local.put({_id: id, _rev, ...body});
  }
}
