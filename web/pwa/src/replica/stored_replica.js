// A replica where it is kept, in the worker: which overlay is in use, when the next one is made, one sync at a time.
import {BadCall, BrokenSnapshot, ServerTrouble} from './errors.js';
import {Overlay} from './overlay.js';
import {NewGeneration, pullDelta, pullOrdinarily, REPLICATION_EVERY} from './pulling.js';
import {push} from './pushing.js';
import {Service} from './service.js';
import {Storage} from './storage.js';
import {fill, replicate} from './taking.js';
import {inTurn} from './turns.js';

export const PAGE = 50; // documents
const FIELDS = ['name', 'sku', 'barcode', 'phone', 'email', 'address.city'];
const SHARE = 0.2; // of the base's documents: when PouchDB holds more, a new base is worth its bytes
const ATTEMPTS = 3; // at a snapshot that breaks off or is not whole, before replication has to do

/** One database of the server on this device. `tell(event, detail)` hears what happens. */
export class StoredReplica {
  /** Open what is stored; works without a network. `Database` is PouchDB. */
  static async open(options, {Database, tell, fetch, channel}) {
    const replica = new StoredReplica(options, {Database, tell, fetch, channel});
    replica.storage = await Storage.open(options.name, () => replica.close());
    await replica.#retire();
    const {current, next} = await replica.storage.state();
    if (current ?? next) await replica.#use(replica.#overlay(current ?? next));
    return replica;
  }

  constructor({name, remote, writable = false, prefix = '', search = FIELDS}, {Database, tell, fetch, channel}) {
    this.options = {name, writable, prefix, search};
    this.Database = Database;
    this.service = new Service(remote, fetch);
    this.remote = new Database(remote, {skip_setup: true, ...(fetch && {fetch})});
    this.tell = tell;
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

  async get({id, conflicts = false}) {
    return this.#read(null, (overlay) => overlay.get(id, {conflicts}));
  }

  /** A page: {documents, total, from}. */
  async list({prefix = this.options.prefix, from = 0, limit = PAGE} = {}) {
    return this.#page(from, (listing) => listing.page(prefix, from, limit));
  }

  async search({text, prefix = this.options.prefix, limit = PAGE}) {
    return this.#page(0, (listing) => listing.search(prefix, text, limit));
  }

  #page(from, find) {
    return this.#read({documents: [], total: 0, from}, async (overlay) => {
      const {ids, total} = find(overlay.listing);
      return {documents: await overlay.documents(ids), total, from};
    });
  }

  /** Read from the overlay in use; another tab may just have put another one in its place. */
  async #read(nothing, read) {
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
    const written = await inTurn(this.#turn('write'), async () => {
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
    this.#changed([written.id]);
    return written;
  }

  // ---- syncing ----------------------------------------------------------------------------------------------------

  /** Push, then pull; the first time everything. Whoever calls while a sync runs gets that sync's result. */
  sync() {
    this.syncing ??= inTurn(this.#turn('sync'), async () => {
      await this.#follow(); // another tab may have gone on
      this.running = true;
      return this.#sync().finally(() => { this.running = false; });
    }).finally(() => { this.syncing = null; });
    return this.syncing;
  }

  async #sync() {
    const {current} = await this.storage.state();
    let result = {pulled_by: null, documents: 0};
    if (!current) result = await this.#renew();
    const pushed = this.options.writable ? await this.#push() : {pushed: 0, refused: {}};
    if (current) {
      result = await this.#pull();
      await this.#upkeep();
    }
    await this.overlay.movePosition({synced_at: Date.now()});
    return {...result, ...pushed};
  }

  async #push() {
    // In turn with `put`, which notes an edit before it makes it: only what is made can be pushed and forgotten.
    const noted = await inTurn(this.#turn('write'), () => this.storage.edits());
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
      if (error instanceof NewGeneration) return this.#renew();
      throw error;
    } finally {
      if (this.overlay.read !== before) this.#changed(null);
    }
  }

  /** Whether the server's database was made anew since the base was taken, as far as CouchDB itself tells. */
  async #isAnotherDatabase() {
    const {born} = this.overlay.record;
    return born !== undefined && (await this.#born()) !== born;
  }

  async #born() {
    const {instance_start_time} = await this.remote.info();
    return instance_start_time;
  }

  /** A new base once PouchDB has outgrown the present one, and nothing is unsent. */
  async #upkeep() {
    const {record, over} = this.overlay;
    if (record.mode !== 'snapshot' || over.size <= record.count * SHARE || (await this.storage.edits()).size) return;
    try {
      const manifest = await this.service.manifest();
      if (manifest && manifest.hash !== record.hash) await this.#renew(manifest, {replaceable: false});
    } catch (error) { // what there is is true and complete: a later sync tries again
      await this.storage.update(({next, ...state}) => (
        {...state, next: null, retired: next ? [...state.retired, next.number] : state.retired}
      ));
      this.tell('trouble', {message: `no new base: ${error.message}`});
    }
  }

  /**
   * Fill a new overlay, whole or not at all, and use it from then on. Unsent edits go along. A snapshot that breaks off
   * is tried again and then does without, unless it is not `replaceable`.
   */
  async #renew(manifest, {replaceable = true} = {}) {
    for (;;) {
      manifest ??= await this.#manifest(); // null from the third failure on
      const overlay = await this.#begin(manifest);
      const visible = () => this.overlay === overlay && this.#appeared();
      const help = {service: this.service, remote: this.remote, tell: (detail) => this.tell('progress', detail), onBlock: visible};
      try {
        await (manifest ? fill(overlay, help) : replicate(overlay, help));
        await this.#switchTo(overlay);
        return {pulled_by: overlay.record.mode, documents: overlay.listing.size};
      } catch (error) {
        if (this.overlay !== overlay) await overlay.close();
        if (overlay.record.phase === 'started' && overlay.record.mode === 'snapshot') await this.#countFailure(overlay);
        if (!(error instanceof BrokenSnapshot && replaceable)) throw error;
        manifest = undefined;
      }
    }
  }

  async #countFailure({number}) {
    await this.storage.update((state) => (
      state.next?.number === number ? {...state, next: {...state.next, failures: (state.next.failures ?? 0) + 1}} : state
    ));
  }

  /** The snapshot that the server offers; null when there is none, or when it cannot make one now. */
  async #manifest() {
    const {next} = await this.storage.state();
    if (next?.mode === 'plain' || next?.failures >= ATTEMPTS) return null;
    try {
      return await this.service.manifest();
    } catch (error) {
      if (error instanceof ServerTrouble) return null;
      throw error;
    }
  }

  /** The overlay to be filled: what an interrupted attempt has left, if it is of the same snapshot, or a new one. */
  async #begin(manifest) {
    const {current, next} = await this.storage.state();
    const same = next && (manifest ? next.hash === manifest.hash : next.mode === 'plain');
    if (same) {
      const present = this.overlay?.number === next.number ? this.overlay : this.#overlay(next);
      present.record = next;
      if (present !== this.overlay) await present.load();
      return present;
    }
    const born = await this.#born().catch(() => undefined);
    const state = await this.storage.update((before) => {
      const number = before.last + 1;
      const described = manifest
        ? {mode: 'snapshot', hash: manifest.hash, path: manifest.path, bytes: manifest.bytes, count: manifest.count,
          generation: manifest.generation, sequence: manifest.sequence, failures: before.next?.failures}
        : {mode: 'plain'};
      const retired = before.next ? [...before.retired, before.next.number] : before.retired;
      return {...before, last: number, next: {number, phase: 'started', born, ...described}, retired};
    });
    const overlay = this.#overlay(state.next);
    if (!current) { // the first sync shows what it has so far
      const abandoned = this.overlay;
      if (abandoned) await abandoned.carry((await this.storage.edits()).keys(), overlay);
      await this.#use(overlay);
      await abandoned?.close();
    }
    await this.#retire();
    return overlay;
  }

  async #switchTo(overlay) {
    await inTurn(this.#turn('write'), async () => {
      const before = this.overlay;
      if (before !== overlay) await before.carry((await this.storage.edits()).keys(), overlay);
      await this.storage.update((state) => ({
        ...state,
        current: {...overlay.record, phase: 'done'},
        next: null,
        retired: state.current ? [...state.retired, state.current.number] : state.retired,
      }));
      overlay.record = {...overlay.record, phase: 'done'};
      this.overlay = overlay;
      if (before !== overlay) await before.close();
    });
    this.#appeared();
    this.#changed(null);
    await this.#retire();
  }

  /** Delete overlays that are no longer used; what cannot be deleted now is deleted later. */
  async #retire() {
    const {retired} = await this.storage.state();
    for (const number of retired) {
      await this.storage.deleteBlocks(number);
      await new this.Database(`replica-${this.options.name}-${number}`).destroy();
      await this.storage.update((state) => ({...state, retired: state.retired.filter((each) => each !== number)}));
    }
  }

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
      await this.#use(this.#overlay(record));
      await before?.close();
    } else if (this.overlay.record.phase !== record.phase) { // another tab has stored the rest
      this.overlay.record = record;
      await this.overlay.load(() => this.#appeared());
      this.tell('change', {ids: null});
    } else if ((await this.overlay.catchUp()).length) {
      this.tell('change', {ids: null});
    }
  }

  #overlay(record) {
    return new Overlay({Database: this.Database, storage: this.storage, record, fields: this.options.search});
  }

  async #use(overlay) {
    this.overlay = overlay;
    await overlay.load(() => this.#appeared());
  }

  /** Something can be shown: the first page goes out by itself. */
  #appeared() {
    if (this.shown) return;
    this.shown = true;
    this.list().then((page) => this.tell('ready', page), () => { this.shown = false; });
  }

  #changed(ids) {
    this.tell('change', {ids});
    this.channel.postMessage('changed');
  }

  #turn(what) {
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
    await inTurn(this.#turn('sync'), () => inTurn(this.#turn('write'), async () => {
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

