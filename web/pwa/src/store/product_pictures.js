// Pictures of products on this device: thumbnails come when everything else has come, a full picture when it is looked at.
import {Pictures} from '../pictures/pictures.js';
import {PictureServer} from '../pictures/server.js';
import {openStorage} from '../pictures/storage.js';
import {Thumbnails} from '../pictures/thumbnails.js';

const SHOWN = 300; // thumbnails whose addresses are kept for the lists

/** A "state" event says that more thumbnails have come. */
export class ProductPictures extends EventTarget {
  state = {brought: 0};
  #names;
  #opening = null;
  #addresses = new Map(); // picture of a product -> promise of an object URL or null, the oldest first
  #bringing = null; // an AbortController

  /** `remote` is the address of the database `pictures`, `name` one for each rep. */
  constructor(remote, name, {open = openStorage, connection = globalThis.navigator?.connection} = {}) {
    super();
    this.server = new PictureServer(remote);
    this.open = open;
    this.connection = connection;
    this.#names = [`thumbnails-${name}`, `pictures-${name}`];
  }

  /** The address of a product's thumbnail on this device for as long as lists show it, or null. Asks no server. */
  thumbnail(product) {
    const key = `${product._id} ${product.picture}`;
    if (!this.#addresses.has(key)) {
      this.#addresses.set(key, this.#opened().then(async ({thumbnails}) => {
        const image = await thumbnails.get(product);
        if (!image) this.#addresses.delete(key); // it may come later
        return image && URL.createObjectURL(image);
      }));
      this.#forgetOldest();
    }
    return this.#addresses.get(key);
  }

  /** The full picture of a product as a Blob, or null; rejects when it is not here and cannot be had now. */
  async picture(product, options) {
    return (await this.#opened()).pictures.get(product, options);
  }

  /** Bring the thumbnails of [[product id, picture]], for as long as nothing else is to be done. Never rejects. */
  async bring(pictured) {
    if (this.#bringing || this.connection?.saveData) return;
    const stopping = new AbortController();
    this.#bringing = stopping;
    try {
      const {thumbnails} = await this.#opened();
      const {brought} = await thumbnails.bring(pictured.map(([_id, picture]) => ({_id, picture})), {signal: stopping.signal});
      if (brought) {
        this.state = {brought: this.state.brought + brought};
        this.dispatchEvent(new Event('state'));
      }
    } catch {
      // Pictures are help; the next sync tries again.
    } finally {
      this.#bringing = null;
    }
  }

  /** Give way: something that matters is to be fetched. */
  pause() {
    this.#bringing?.abort();
  }

  /** Delete all of it from this device. */
  async destroy(indexedDB = globalThis.indexedDB) {
    this.pause();
    if (this.#opening) for (const storage of (await this.#opening).storages) storage.close();
    await Promise.all(this.#names.map((name) => new Promise((resolve, reject) => {
      const asked = indexedDB.deleteDatabase(name);
      asked.onsuccess = resolve;
      asked.onerror = () => reject(asked.error);
      asked.onblocked = resolve; // another tab holds it; it goes when that one is closed
    })));
  }

  #opened() {
    this.#opening ??= Promise.all(this.#names.map((name) => this.open(name))).then(([small, full]) => ({
      thumbnails: new Thumbnails(this.server, small), pictures: new Pictures(this.server, full), storages: [small, full],
    })).catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  #forgetOldest() {
    if (this.#addresses.size <= SHOWN) return;
    const [key, address] = this.#addresses.entries().next().value;
    this.#addresses.delete(key);
    address.then((url) => url && URL.revokeObjectURL(url), () => {});
  }
}
