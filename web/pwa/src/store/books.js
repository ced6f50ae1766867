// Everything a signed-in rep works with on this device: replicas, the orders database, the sync between them and the server.
import PouchDB from '../replica/database.js';
import {openReplica} from '../replica/replica.js';
import {patientFetch} from '../sync/patience.js';
import {signOut, whoAmI} from '../sync/session.js';
import {statusFetch} from '../sync/status_fetch.js';
import {Sync} from '../sync/sync.js';
import {isStorageFull} from '../sync/trouble.js';
import {Ages} from './ages.js';
import {Clock} from './clock.js';
import {aboutBrowser, storageState} from './device.js';
import {forgetDrafts, unsavedDrafts} from './draft_keeper.js';
import {forgetIdentity, keepIdentity, tellAnew} from './identity.js';
import {eraseIdentity, storeIdentity} from './kept_identity.js';
import {lossOf, Marks} from './marks.js';
import {onlyHere, OrdersStore} from './orders_store.js';
import {ProductPictures} from './product_pictures.js';
import {forgetSync, leftAt, syncMemory} from './sync_memory.js';
import {Territories} from './territories.js';

export const SERVER = '/couch';
const PRODUCTS = ['name', 'sku', 'x_barcode', 'description'];
const KEPT = ['category', 'picture', 'active'];
const MARK = '_local/mark'; // in the orders database: it is gone when the browser has deleted that

/** The rep's books; open() once, then everything works without a network. */
export class Books extends EventTarget {
  constructor(identity, app) {
    super();
    this.clock = new Clock();
    this.identity = {...identity, clock: this.clock};
    this.marks = new Marks();
    const origin = `${location.origin}${SERVER}`;
    const {fetch, lastStatus} = statusFetch(patientFetch((url, options) => PouchDB.fetch(url, options)));
    this.local = new PouchDB(`orders-${identity.rep}`, {auto_compaction: true});
    const remote = new PouchDB(`${origin}/orders-${identity.rep}`, {skip_setup: true, fetch});
    this.ages = new Ages(new PouchDB(`ages-${identity.rep}`, {auto_compaction: true}), new PouchDB(`${origin}/ages`, {skip_setup: true, fetch}));
    this.orders = new OrdersStore(this.local, identity.device);
    this.customers = new Territories(SERVER, identity.rep);
    this.pictures = new ProductPictures(`${origin}/pictures`, identity.rep);
    this.sync = new Sync({
      local: this.local, remote, identity, app, lastStatus, facts: () => this.#facts(), onLoss: (loss) => this.#hear(loss),
      whoAmI: () => this.#whoAmI(),
      memory: syncMemory(identity.rep), now: () => this.clock.now(),
      replicas: [{refresh: () => this.catalog.sync()}, {refresh: () => this.customers.sync()}, this.ages],
    });
    let told = null;
    this.sync.addEventListener('state', () => {
      const {phase, at} = this.sync.state;
      if (phase !== 'syncing' || at !== told) this.orders.refresh(); // what was sent is known before catalogues are refreshed
      told = at;
      if (phase === 'live') this.catalog.kept('picture').then((pictured) => this.pictures.bring(pictured), () => {});
      else this.pictures.pause();
    });
  }

  /** Open what is stored; does not wait for the network. */
  async open() {
    const {rep, territories} = this.identity;
    [this.catalog] = await Promise.all([
      openReplica({remote: `${SERVER}/catalog`, name: `catalog-${rep}`, prefix: 'product:', search: PRODUCTS, keep: KEPT}),
      this.customers.become(territories),
    ]);
    await storeIdentity(this.identity).catch(() => {}); // no room: localStorage has it
    await this.#look();
    await Promise.all([this.orders.open(), this.ages.open()]);
    this.orders.addEventListener('state', () => this.#note());
    this.#note();
    return this;
  }

  /** Notice whether the browser has deleted what this device held. */
  async #look() {
    const {rep, device} = this.identity;
    try {
      await this.local.get(MARK);
    } catch (error) {
      if (error.status !== 404) throw error;
      const loss = lossOf(this.marks.known(), rep, this.clock.now().toISOString());
      if (loss) {
        this.#lose(loss);
        forgetSync(rep); // nothing of it is here any more
      }
      await this.local.put({_id: MARK, device}).catch((failure) => {
        if (!isStorageFull(failure)) throw failure; // a full device opens all the same
      });
    }
  }

  #note() {
    const {unsent, draftsUnsent} = this.orders.state;
    const {rep, device} = this.identity;
    const now = {device, rep, unsent: unsent.length, drafts: draftsUnsent.length};
    const known = this.marks.known();
    if (known?.rep === rep && known.unsent === now.unsent && known.drafts === now.drafts) return;
    this.marks.note({...now, at: this.clock.now().toISOString()});
  }

  #hear(loss) { // from the server's last report; one that is older than the rep's leaving is no loss
    if ((leftAt(this.identity.rep) ?? '') < (loss.known_at ?? '') && !this.marks.loss()) this.#lose(loss);
  }

  #lose(loss) {
    this.marks.noteLoss({...loss, seen: false});
    this.dispatchEvent(new Event('state'));
  }

  /**
   * {loss, newCustomers}: what the browser deleted and the rep has not seen yet, or null; whether the rep may ask for new customers,
   * as the server said last. A "state" event follows each change.
   */
  get state() {
    const loss = this.marks.loss();
    return {loss: loss && !loss.seen ? loss : null, newCustomers: this.identity.newCustomers !== false};
  }

  /** The rep has seen what was lost. */
  seenLoss() {
    this.marks.noteLoss({...this.marks.loss(), seen: true});
    this.dispatchEvent(new Event('state'));
  }

  /** What the report says of this browser. */
  async #facts() {
    const [storage, catalog, customers] = await Promise.all([
      storageState(), this.catalog.list({limit: 1}), this.customers.list({limit: 1}),
    ]);
    const {seen: _, ...lost} = this.marks.loss() ?? {};
    return {
      ...aboutBrowser(), storage, documents: {catalog: catalog.total, customers: customers.total},
      ages: this.ages.state.confirmed, clock_skew: this.clock.state.skew, lost: lost.at ? lost : null,
    };
  }

  /** The company's settings, or what can be assumed before they have come. */
  async settings() {
    return await this.catalog.get('settings:app') ?? {currency: 'USD', company: ''};
  }

  /** What the catalog is to know of a customer (goods/choosing.js), so that products carry its prices; `customer` may be null. */
  async buyer(customer) {
    const {currency: home} = await this.settings();
    return {price_list: customer?.price_list, currency: customer?.currency, home};
  }

  /** The device's copies of products by id, as a Map; with a customer's id each carries that customer's `breaks`. */
  async products(ids, customer = null) {
    const buyer = customer && await this.buyer(await this.customers.get(customer));
    const found = await this.catalog.documents([...new Set(ids)], {wanted: buyer ? {buyer} : undefined});
    return new Map(found.map((product) => [product._id, product]));
  }

  /** The tax codes of customer, company and products, as a Map of `tax:` documents. */
  async taxes(codes) {
    return this.products(codes.filter(Boolean).map((code) => `tax:${code}`));
  }

  /**
   * Sync, then delete what is stored here and forget the rep; resolves to an empty list. Where something is only on this
   * device, and not among the ids that the rep gives up, nothing is done, and its ids are the answer.
   */
  async leave(givenUp = []) {
    const held = await this.#clear(givenUp);
    if (held.length) return held;
    await signOut(SERVER).catch(() => {}); // without a network the cookie runs out by itself
    await eraseIdentity();
    forgetIdentity(); // last: whoever is stopped before opens the app as the same rep
    return [];
  }

  /** As leave(), but the rep stays: the next start fetches everything anew. */
  async reset(givenUp = []) {
    const held = await this.#clear(givenUp);
    if (!held.length) tellAnew(this.clock.now());
    return held;
  }

  async #clear(givenUp) {
    await this.sync.syncNow();
    const held = await this.#heldBesides(givenUp);
    if (held.length) return held;
    await this.sync.stop();
    await this.sync.tellServer({leftAt: this.clock.now()}); // without a network the office hears nothing of it
    const late = await this.#heldBesides(givenUp); // taken while the server was told, which may be a minute
    if (late.length) {
      this.sync.start();
      return late;
    }
    this.orders.close();
    forgetDrafts();
    this.marks.forget(); // before the database goes: a kill between must not look like a loss
    await this.local.destroy();
    await Promise.all([this.ages.destroy(), this.catalog.destroy({discard: true}), this.customers.destroy({discard: true}), this.pictures.destroy()]);
    forgetSync(this.identity.rep, {leftAt: this.clock.now()});
    return [];
  }

  async #heldBesides(givenUp) {
    await this.orders.refresh();
    return [...new Set([...onlyHere(this.orders.state), ...unsavedDrafts()])].filter((id) => !givenUp.includes(id));
  }

  /** Who the server takes this browser for; territories and rights are from now on those of the rep's account. */
  async #whoAmI() {
    const who = await whoAmI(SERVER, globalThis.fetch, (...heard) => this.clock.heard(...heard));
    if (who?.rep !== this.identity.rep) return who;
    const moved = await this.customers.become(who.territories);
    if (moved || who.newCustomers !== this.state.newCustomers) {
      this.identity = {...keepIdentity(who), clock: this.clock};
      this.dispatchEvent(new Event('state'));
      await storeIdentity(this.identity).catch(() => {});
    }
    return who;
  }
}
