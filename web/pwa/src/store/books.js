// Everything a signed-in rep works with on this device: replicas, the orders database, the sync between them and the server.
import PouchDB from '../replica/database.js';
import {openReplica} from '../replica/replica.js';
import {signOut, whoAmI} from '../sync/session.js';
import {statusFetch} from '../sync/status_fetch.js';
import {Sync} from '../sync/sync.js';
import {storageState} from './device.js';
import {Ages} from './ages.js';
import {forgetIdentity, keepIdentity} from './identity.js';
import {onlyHere, OrdersStore} from './orders_store.js';
import {ProductPictures} from './product_pictures.js';
import {Territories} from './territories.js';

export const SERVER = '/couch';
const PRODUCTS = ['name', 'sku', 'x_barcode', 'description'];
const KEPT = ['category', 'picture'];

/** The rep's books; open() once, then everything works without a network. */
export class Books {
  constructor(identity, app) {
    this.identity = identity;
    const origin = `${location.origin}${SERVER}`;
    const {fetch, lastStatus} = statusFetch((url, options) => PouchDB.fetch(url, options));
    this.local = new PouchDB(`orders-${identity.rep}`, {auto_compaction: true});
    const remote = new PouchDB(`${origin}/orders-${identity.rep}`, {skip_setup: true, fetch});
    this.ages = new Ages(new PouchDB(`ages-${identity.rep}`, {auto_compaction: true}), new PouchDB(`${origin}/ages`, {skip_setup: true, fetch}));
    this.orders = new OrdersStore(this.local, identity.device);
    this.customers = new Territories(SERVER, identity.rep);
    this.pictures = new ProductPictures(`${origin}/pictures`, identity.rep);
    this.sync = new Sync({
      local: this.local, remote, identity, app, lastStatus, storage: storageState,
      whoAmI: () => this.#whoAmI(),
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
    await Promise.all([this.orders.open(), this.ages.open()]);
    return this;
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
    await this.sync.syncNow();
    await this.orders.refresh();
    const held = onlyHere(this.orders.state).filter((id) => !givenUp.includes(id));
    if (held.length) return held;
    await this.sync.stop();
    this.orders.close();
    await this.local.destroy();
    await Promise.all([this.ages.destroy(), this.catalog.destroy({discard: true}), this.customers.destroy({discard: true}), this.pictures.destroy()]);
    await signOut(SERVER).catch(() => {}); // without a network the cookie runs out by itself
    forgetIdentity(); // last: whoever is stopped before opens the app as the same rep
    return [];
  }

  /** Who the server takes this browser for; the territories are from now on those of the rep's account. */
  async #whoAmI() {
    const who = await whoAmI(SERVER);
    if (who?.rep === this.identity.rep && await this.customers.become(who.territories)) this.identity = keepIdentity(who);
    return who;
  }
}
