// A replica where it is kept, in the worker: which overlay is in use, when the next one is made, one sync at a time.
import {BadCall} from './errors.js';
import {Overlay} from './overlay.js';
import {NewGeneration, pullDelta, pullOrdinarily, REPLICATION_EVERY} from './pulling.js';
import {push} from './pushing.js';
import {Reading} from './reading.js';
import {Renewal} from './renewal.js';
import {Service} from './service.js';
import {Storage} from './storage.js';
import {inTurn} from './turns.js';

const FIELDS = ['name', 'sku', 'barcode', 'phone', 'email', 'address.city'];

/** One database of the server on this device. `tell(event, detail)` hears what happens. */
export class StoredReplica {
  /** Open what is stored; works without a network. `Database` is PouchDB. */
  static async open(options, dependencies) {
    const replica = new StoredReplica(options, dependencies);
    replica.storage = await Storage.open(options.name, () => replica.close());
    await replica.renewal.retire();
    const {current, next} = await replica.storage.state();
    if (current ?? next) await replica.use(replica.made(current ?? next));
    return replica;
  }

  constructor({name, remote, writable = false, prefix = '', search = FIELDS, keep = []}, {Database, tell, fetch, channel}) {
    this.options = {name, writable, prefix, search, keep};
    this.Database = Database;
    this.service = new Service(remote, fetch);
    this.remote = new Database(remote, {skip_setup: true, ...(fetch && {fetch})});
    this.tell = tell;
    this.renewal = new Renewal(this);
    this.overlay = null;
    this.syncing = null; // the promise of a sync that runs or waits for its turn
    this.running = false; // whether it runs
    this.following = Promise.resolve();
    this.shown = false;
    this.lastSync = null;
    this.channel = channel ?? new BroadcastChannel(`replica-${name}`);
    this.channel.onmessage = () => this.#follow().catch(() => {}); // the next call tells
  }

  // ---- reading ----------------------------------------------------------------------------------------------------

  async get(options) {
    return new Reading([this]).get(options);
  }

  async list(options) {
    return new Reading([this]).list(options);
  }

  /** Read from the overlay in use; another tab may just have put another one in its place. */
  async read(nothing, read) {
    const {overlay} = this;
    if (!overlay) return nothing;
    try {
      return await read(overlay);
    } catch (error) {
      await this.#follow();
      if (this.overlay === overlay) throw error;
      return read(this.overlay);
    }
  }

  async status() {
    const state = await this.storage.state();
    const record = state.current ?? state.next;
    const position = (await this.overlay?.position()) ?? {};
    const edits = await this.storage.edits();
    const refused = Object.fromEntries([...edits].filter(([, edit]) => edit.refused).map(([id, edit]) => [id, edit.refused]));
    return {
      stage: state.current ? 'ready' : record ? 'first sync' : 'empty',
      mode: record?.mode ?? null,
      generation: position.generation ?? record?.generation ?? null,
      sequence: position.sequence ?? record?.sequence ?? null,
      documents: this.overlay?.listing.size ?? 0,
      in_base: this.overlay?.base.size ?? 0,
      in_pouch: this.overlay?.over.size ?? 0,
      unsent: [...edits.keys()],
      refused,
      synced_at: position.synced_at ?? null,
      syncing: Boolean(this.syncing),
    };
  }

  // ---- writing ----------------------------------------------------------------------------------------------------

  /** Write a document of the rep's; resolves to {id, rev}. Rejects with PouchDB's conflict when it is not the newest. */
  async put({document}) {
    if (!this.options.writable) throw new BadCall(`${this.options.name} is read-only: what is written here is never sent`);
    const written = await inTurn(this.turn('write'), async () => {
      await this.#follow();
      if (!this.overlay) throw new BadCall(`${this.options.name} has nothing yet: sync first`);
      const first = await this.storage.noteEdit(document?._id, Date.now());
      try {
        return await this.overlay.put(document);
      } catch (error) {
        if (first) await this.storage.forgetEdit(document._id);
        throw error;
      }
    });
    this.changed([written.id]);
    return written;
  }

  // ---- syncing ----------------------------------------------------------------------------------------------------

  /** Push, then pull; the first time everything. Whoever calls while a sync runs gets that sync's result. */
  sync() {
    this.syncing ??= inTurn(this.turn('sync'), async () => {
      await this.#follow(); // another tab may have gone on
      this.running = true;
      return this.#sync().finally(() => { this.running = false; });
    }).finally(() => { this.syncing = null; });
    return this.syncing;
  }

  async #sync() {
    const {current} = await this.storage.state();
    let result = {pulled_by: null, documents: 0};
    if (!current) result = await this.renewal.renew();
    const pushed = this.options.writable ? await this.#push() : {pushed: 0, refused: {}};
    if (current) {
      result = await this.#pull();
      await this.renewal.upkeep();
    }
    await this.overlay.movePosition({synced_at: Date.now()});
    return {...result, ...pushed};
  }

  async #push() {
    // In turn with `put`, which notes an edit before it makes it: only what is made can be pushed and forgotten.
    const noted = await inTurn(this.turn('write'), () => this.storage.edits());
    return push(this.overlay, this.remote, noted);
  }

  async #pull() {
    const now = Date.now();
    const before = this.overlay.read;
    try {
      const {replicated_at = 0} = await this.overlay.position();
      const documents = await pullDelta(this.overlay, this);
      if (documents !== null && now - replicated_at < REPLICATION_EVERY) return {pulled_by: 'delta', documents};
      if (await this.#isAnotherDatabase()) throw new NewGeneration();
      return {pulled_by: 'replication', documents: await pullOrdinarily(this.overlay, this.remote, now)};
    } catch (error) {
      if (error instanceof NewGeneration) return this.renewal.renew();
      throw error;
    } finally {
      if (this.overlay.read !== before) this.changed(null);
    }
  }

  /** Whether the server's database was made anew since the base was taken. */
  async #isAnotherDatabase() {
    const {born} = this.overlay.record;
    return born !== undefined && (await this.born()) !== born;
  }

  /** When the server's database was made, as far as CouchDB itself tells. */
  async born() {
    const {instance_start_time} = await this.remote.info();
    return instance_start_time;
  }

  // ---- the overlay in use -----------------------------------------------------------------------------------------

  /** Use what is in use according to the storage: another tab may have switched, or have written. */
  #follow() {
    this.following = this.following.then(() => this.#followNow(), () => this.#followNow());
    return this.following;
  }

  async #followNow() {
    if (this.running) return; // then it is this one that others follow
    const {current, next} = await this.storage.state();
    const record = current ?? next;
    if (!record) return;
    if (this.overlay?.number !== record.number) {
      const before = this.overlay;
      await this.use(this.made(record));
      await before?.close();
    } else if (this.overlay.record.phase !== record.phase) { // another tab has stored the rest
      this.overlay.record = record;
      await this.overlay.load(() => this.appeared());
      this.tell('change', {ids: null});
    } else if ((await this.overlay.catchUp()).length) {
      this.tell('change', {ids: null});
    }
  }

  /** The overlay of a record of the storage's state. */
  made(record) {
    return new Overlay({Database: this.Database, storage: this.storage, record, fields: this.options.search, kept: this.options.keep});
  }

  /** Use an overlay from now on, and read what is stored of it. */
  async use(overlay) {
    this.overlay = overlay;
    await overlay.load(() => this.appeared());
  }

  /** Something can be shown: the first page goes out by itself. */
  appeared() {
    if (this.shown) return;
    this.shown = true;
    this.list().then((page) => this.tell('ready', page), () => { this.shown = false; });
  }

  /** Tell the page and other tabs which documents changed; null for many. */
  changed(ids) {
    this.tell('change', {ids});
    this.channel.postMessage('changed');
  }

  /** The name of a turn (turns.js). */
  turn(what) {
    return `replica-${this.options.name}-${what}`;
  }

  // ---- ending -----------------------------------------------------------------------------------------------------

  async close() {
    this.channel.close();
    await this.overlay?.close();
    this.storage.close();
  }

  /** Delete everything of it on this device. Rejects with BadCall while edits are unsent, unless `discard`. */
  async destroy({discard = false} = {}) {
    await inTurn(this.turn('sync'), () => inTurn(this.turn('write'), async () => {
      const edits = await this.storage.edits();
      if (edits.size && !discard) throw new BadCall(`${edits.size} documents of ${this.options.name} are not on the server yet`);
      const {current, next, retired} = await this.storage.state();
      await this.overlay?.close();
      for (const number of [current?.number, next?.number, ...retired].filter((each) => each !== undefined)) {
        await new this.Database(`replica-${this.options.name}-${number}`).destroy();
      }
      this.channel.close();
      this.storage.close();
      await Storage.delete(this.options.name);
    }));
  }
}

