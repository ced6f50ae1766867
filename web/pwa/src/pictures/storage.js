// Images in an IndexedDB of their own, by product; the small facts about them in a second store, so that they are quick to list.

const IMAGES = 'images'; // product -> Blob parts {type, bytes}
const FACTS = 'facts'; // product -> {digest, size, used}

/** Opens the images of one kind (thumbnails or pictures) on this device. */
export async function openStorage(name, indexedDB = globalThis.indexedDB) {
  const asked = indexedDB.open(name, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore(IMAGES);
    asked.result.createObjectStore(FACTS);
  };
  return new Storage(await done(asked));
}

/** Images by product, each with the digest that says which picture it is. */
export class Storage {
  #database;
  #facts = null; // product -> facts; what the second store holds

  constructor(database) {
    this.#database = database;
  }

  /** Facts of everything that is stored: Map of product -> {digest, size, used}. */
  async facts() {
    if (!this.#facts) {
      const store = this.#database.transaction(FACTS).objectStore(FACTS);
      const [products, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
      this.#facts = new Map(products.map((product, place) => [product, values[place]]));
    }
    return this.#facts;
  }

  /** How many bytes the images take. */
  async size() {
    let sum = 0;
    for (const {size} of (await this.facts()).values()) sum += size;
    return sum;
  }

  /** The image of a product as a Blob if it is the one of that digest; else null. */
  async get(product, digest) {
    if ((await this.facts()).get(product)?.digest !== digest) return null;
    const found = await done(this.#database.transaction(IMAGES).objectStore(IMAGES).get(product));
    return found ? new Blob([found.bytes], {type: found.type}) : null;
  }

  /** Store images [{product, digest, type, bytes}] and forget products, in one transaction. */
  async change(images, forgotten = [], now = Date.now()) {
    if (!images.length && !forgotten.length) return;
    const facts = await this.facts();
    const transaction = this.#database.transaction([IMAGES, FACTS], 'readwrite');
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const [of, about] = [transaction.objectStore(IMAGES), transaction.objectStore(FACTS)];
    const added = images.map(({product, digest, bytes}) => [product, {digest, size: bytes.byteLength, used: now}]);
    for (const product of forgotten) [of, about].forEach((store) => store.delete(product));
    for (const {product, type, bytes} of images) of.put({type, bytes}, product);
    for (const [product, fact] of added) about.put(fact, product);
    await finished;
    for (const product of forgotten) facts.delete(product);
    for (const [product, fact] of added) facts.set(product, fact);
  }

  close() {
    this.#database.close();
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
