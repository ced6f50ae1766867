// Brings the products' thumbnails to the device when nothing else is to be done: a page of them in one request, within a space.

export const PAGE = 100; // thumbnails in one request, about 400 kB
export const SPACE = 120_000_000; // bytes that thumbnails may take

/** The thumbnails on this device. */
export class Thumbnails {
  #server;
  #storage;
  #page;
  #space;
  #rest;

  /**
   * `server` and `storage` are server.js and storage.js. `rest()` resolves when there is time for a page; by default when the
   * browser has nothing else to do.
   */
  constructor(server, storage, {page = PAGE, space = SPACE, rest = idle} = {}) {
    this.#server = server;
    this.#storage = storage;
    this.#page = page;
    this.#space = space;
    this.#rest = rest;
  }

  /** The thumbnail of a `product:` document as a Blob, or null; nothing is asked of the server. */
  async get(product) {
    return product.picture ? this.#storage.get(idOf(product), product.picture) : null;
  }

  /**
   * Bring what is missing of these products' thumbnails, in their order, and drop those of products that are gone or have
   * another picture. Resolves to {brought, missing, left}: how many came, how many the server has not (yet), and how many are
   * left because the space is full or `signal` has stopped it. Rejects when the server cannot be reached or refuses; what
   * came stays, and the next call goes on from there.
   */
  async bring(products, {signal} = {}) {
    const wanted = new Map(products.filter(({picture}) => picture).map((product) => [idOf(product), product.picture]));
    const facts = await this.#storage.facts();
    await this.#storage.change([], [...facts.keys()].filter((product) => facts.get(product).digest !== wanted.get(product)));
    const queue = [...wanted.keys()].filter((product) => !facts.has(product));
    let size = await this.#storage.size();
    let brought = 0;
    let missing = 0;
    while (queue.length && size < this.#space) {
      await this.#rest();
      if (signal?.aborted) break;
      const page = queue.slice(0, this.#page);
      const found = await this.#asked(page, signal);
      if (!found) break;
      const fitting = found.filter(({product, digest}) => wanted.get(product) === digest);
      await this.#storage.change(fitting);
      queue.splice(0, page.length);
      for (const {bytes} of fitting) size += bytes.byteLength;
      brought += fitting.length;
      missing += page.length - fitting.length;
    }
    return {brought, missing, left: queue.length};
  }

  /** A page from the server; null when it was stopped meanwhile. */
  async #asked(page, signal) {
    try {
      return await this.#server.thumbnails(page, signal);
    } catch (error) {
      if (signal?.aborted) return null;
      throw error;
    }
  }
}

/** QuickBooks' id of a `product:` document. */
export function idOf(product) {
  return product._id.slice('product:'.length);
}

/** Resolves when the browser has nothing more important to do, as far as it can tell. */
export function idle() {
  if (globalThis.scheduler?.postTask) return globalThis.scheduler.postTask(() => {}, {priority: 'background'});
  if (globalThis.requestIdleCallback) return new Promise((resolve) => { requestIdleCallback(resolve, {timeout: 5000}); });
  return new Promise((resolve) => { setTimeout(resolve, 50); });
}
