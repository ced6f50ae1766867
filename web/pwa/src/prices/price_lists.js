// Reads price lists from a replica: `price:<list>` is a list's header, `price:<list>:<bucket>:<a or b>` a part of its prices.

/** The price lists of one replica. `get(id)` resolves to a document, or null where there is none. */
export class PriceLists {
  #get;
  #list = null; // the list whose buckets are kept in memory
  #buckets = new Map(); // `<bucket>:<hash>` -> prices

  constructor(get) {
    this.#get = get;
  }

  /**
   * The list of a `customer:` document for some products (`product:` ids), or for all of them: {list, name, visible,
   * rules, prices, whole}, as priceFor and isVisible take it. Null if the customer has none, or it is not there, or not in
   * the customer's currency (`home` is the company's): then products have their own price.
   *
   * `whole` is false while an import is half replicated: a few prices may then be newer than the others, or missing.
   */
  async of(customer, home, products = null) {
    const header = customer.price_list ? await this.#get(`price:${customer.price_list}`) : null;
    if (!header || !Array.isArray(header.buckets)) return null;
    if ((header.currency ?? home) !== (customer.currency ?? home)) return null;
    const {name, visible = 'all', rules = {}, buckets} = header;
    const list = {list: customer.price_list, name, visible, rules, prices: {}, whole: true};
    const parts = await Promise.all(wanted(products, buckets.length).map((number) => this.#bucket(list.list, number, buckets[number])));
    for (const part of parts) {
      Object.assign(list.prices, part.prices);
      if (!part.whole) list.whole = false;
    }
    return list;
  }

  async #bucket(list, number, place) {
    if (list !== this.#list) this.#buckets.clear();
    this.#list = list;
    const key = `${number}:${place}`;
    if (!this.#buckets.has(key)) {
      const found = await this.#read(list, number, place);
      if (!found.whole) return found;
      for (const other of this.#buckets.keys()) if (other.startsWith(`${number}:`)) this.#buckets.delete(other);
      this.#buckets.set(key, found);
    }
    return this.#buckets.get(key);
  }

  /** What the header names; else, out of step, what is there. */
  async #read(list, number, place) {
    const [edition, hash] = String(place).split(':');
    const named = await this.#get(`price:${list}:${number}:${edition}`);
    if (named?.hash === hash) return {prices: named.prices, whole: true};
    const other = await this.#get(`price:${list}:${number}:${edition === 'a' ? 'b' : 'a'}`);
    if (other?.hash === hash) return {prices: other.prices, whole: true};
    return {prices: (named ?? other)?.prices ?? {}, whole: false};
  }
}

function wanted(products, count) {
  const all = Array.from({length: count}, (_, number) => number);
  return products ? [...new Set(products.map((id) => bucketOf(id.replace(/^product:/, ''), count)))] : all;
}

/** Which of so many buckets holds a product, by QuickBooks' id: FNV-1a of 32 bits, its halves folded. */
export function bucketOf(product, count) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(product)) value = Math.imul(value ^ byte, 0x01000193);
  return ((value ^ (value >>> 16)) >>> 0) % count;
}
