// Full pictures: asked for when one is shown, the last ones kept on the device within a space.
import {idOf} from './thumbnails.js';

export const SPACE = 60_000_000; // bytes that full pictures may take

/** The full pictures on this device. */
export class Pictures {
  #server;
  #storage;
  #space;

  constructor(server, storage, {space = SPACE} = {}) {
    this.#server = server;
    this.#storage = storage;
    this.#space = space;
  }

  /**
   * The picture of a `product:` document as a Blob; from the server if it is not here. Null if there is none, or none of
   * that digest yet. Rejects when it is not here and the server cannot be reached or refuses.
   */
  async get(product, {signal} = {}) {
    if (!product.picture) return null;
    const id = idOf(product);
    const held = await this.#storage.get(id, product.picture);
    if (held) return held;
    const found = await this.#server.picture(id, signal);
    if (found?.digest !== product.picture) return null;
    await this.#storage.change([found], await this.#oldest(found.bytes.byteLength, id));
    return new Blob([found.bytes], {type: found.type});
  }

  /** Which pictures have to go, those brought first before others, so that so many bytes more fit. */
  async #oldest(more, product) {
    const facts = await this.#storage.facts();
    let size = more + await this.#storage.size() - (facts.get(product)?.size ?? 0);
    const others = [...facts].filter(([id]) => id !== product).sort(([, one], [, other]) => one.used - other.used);
    const gone = [];
    for (const [id, fact] of others) {
      if (size <= this.#space) break;
      size -= fact.size;
      gone.push(id);
    }
    return gone;
  }
}
