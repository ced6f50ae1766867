// Everything a signed-in rep works with on this device: replicas, the orders database, the sync between them and the server.
import PouchDB from '../replica/database.js';
import {openReplica} from '../replica/replica.js';
import {signOut, whoAmI} from '../sync/session.js';
import {statusFetch} from '../sync/status_fetch.js';
import {Sync} from '../sync/sync.js';
import {storageState} from './device.js';
import {Ages} from './ages.js';
import {forgetIdentity} from './identity.js';
import {onlyHere, OrdersStore} from './orders_store.js';

export const SERVER = '/couch';
const PRODUCTS = ['name', 'sku', 'x_barcode', 'description'];
const CUSTOMERS = ['name', 'address.city', 'phone', 'email'];

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
    this.sync = new Sync({
      local: this.local, remote, identity, app, lastStatus, storage: storageState,
      whoAmI: () => whoAmI(SERVER),
      replicas: [{refresh: () => this.catalog.sync()}, {refresh: () => this.customers.sync()}, this.ages],
    });
    this.sync.addEventListener('state', () => { if (this.sync.state.phase !== 'syncing') this.orders.refresh(); });
  }

  /** Open what is stored; does not wait for the network. */
  async open() {
    const {rep, territories: [territory]} = this.identity;
    [this.catalog, this.customers] = await Promise.all([
      openReplica({remote: `${SERVER}/catalog`, name: `catalog-${rep}`, prefix: 'product:', search: PRODUCTS}),
      openReplica({remote: `${SERVER}/customers-${territory}`, name: `customers-${rep}-${territory}`, prefix: 'customer:', search: CUSTOMERS}),
    ]);
    await Promise.all([this.orders.open(), this.ages.open()]);
    return this;
  }

  /** The company's settings, or what can be assumed before they have come. */
  async settings() {
    return await this.catalog.get('settings:app') ?? {currency: 'USD', company: ''};
  }

  /** The device's copies of products by id, as a Map. */
  async products(ids) {
    const found = await Promise.all([...new Set(ids)].map(async (id) => [id, await this.catalog.get(id)]));
    return new Map(found.filter(([, product]) => product));
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
    await Promise.all([this.ages.destroy(), this.catalog.destroy({discard: true}), this.customers.destroy({discard: true})]);
    await signOut(SERVER).catch(() => {}); // without a network the cookie runs out by itself
    forgetIdentity(); // last: whoever is stopped before opens the app as the same rep
    return [];
  }
}
