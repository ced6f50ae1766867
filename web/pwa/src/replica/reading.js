// Pages of documents from a replica, or from several as if they were one: a rep's territories.

export const PAGE = 50; // documents
const ALIKE = 5; // documents
const ALL = {filter: undefined, dress: (document) => document};

/** Reads from StoredReplicas of one kind; a document that several hold counts once, as the first of them has it. */
export class Reading {
  /**
   * `choose(overlay, wanted)` gives for what a caller wants of documents {filter, dress}: which rows of the listing, and what
   * becomes of each document; null for all as they are.
   */
  constructor(replicas, choose = () => null) {
    this.replicas = replicas;
    this.choose = choose;
    this.prefix = replicas[0]?.options.prefix;
  }

  async get({id, conflicts = false}) {
    for (const replica of this.replicas) {
      const document = await replica.read(null, (overlay) => overlay.get(id, {conflicts}));
      if (document) return document;
    }
    return null;
  }

  /** A page by name: {documents, total, from}. */
  async list({prefix = this.prefix, from = 0, limit = PAGE, wanted} = {}) {
    return this.#page(from, limit, wanted, (listing, most, filter) => listing.page(prefix, 0, most, filter));
  }

  /** What matches a text as it is typed, best first: {documents, total, from}. */
  async search({text, prefix = this.prefix, limit = PAGE, wanted}) {
    return this.#page(0, limit, wanted, (listing, most, filter) => listing.search(prefix, text, most, filter));
  }

  /** Documents of these ids, in their order, without those that are not there. */
  async documents({ids, wanted}) {
    return this.#read([], wanted, async (parts) => {
      const found = new Map();
      for (const {overlay, dress} of [...parts].reverse()) {
        for (const document of await overlay.documents(ids)) found.set(document._id, dress(document));
      }
      return ids.map((id) => found.get(id)).filter(Boolean);
    });
  }

  /** How many documents there are for each value, and each beginning, of a kept field that is a list: [[path, count], ...]. */
  async paths({field, prefix = this.prefix, wanted}) {
    return this.#read([], wanted, ([{overlay, filter}]) => overlay.listing.countPaths(prefix, field, filter));
  }

  /** Documents whose name is much like this one, the likest first. */
  async alike({name, prefix = this.prefix, limit = ALIKE}) {
    return this.#read([], undefined, async (parts) => {
      const found = parts.flatMap(({overlay, filter}) => overlay.listing.alike(prefix, name, limit, filter).map((row) => ({...row, overlay})));
      return documentsOf(found.sort((one, other) => other.share - one.share).slice(0, limit));
    });
  }

  /** [id, value] of every document that has a kept field. */
  async kept({field, prefix = this.prefix}) {
    return this.#read([], undefined, (parts) => parts.flatMap(({overlay, filter}) => overlay.listing.kept(prefix, field, filter)));
  }

  #page(from, limit, wanted, find) {
    return this.#read({documents: [], total: 0, from}, wanted, async (parts) => {
      const rows = [];
      let total = 0;
      for (const {overlay, filter} of parts) {
        const found = find(overlay.listing, from + limit, filter);
        total += found.total;
        found.ids.forEach((id, at) => rows.push({id, rank: found.ranks?.[at] ?? 0, name: overlay.listing.rows.get(id).name, overlay}));
      }
      if (parts.length > 1) rows.sort((one, other) => one.rank - other.rank || (one.name < other.name ? -1 : 1));
      const {dress} = parts[0];
      return {documents: (await documentsOf(rows.slice(from, from + limit))).map(dress), total, from};
    });
  }

  /** Calls `use` with a part, {overlay, filter, dress}, for each replica that holds something; else `nothing`. */
  async #read(nothing, wanted, use) {
    const held = this.replicas.filter(({overlay}) => overlay);
    const step = async (overlays) => {
      if (overlays.length < held.length) return held[overlays.length].read(nothing, (overlay) => step([...overlays, overlay]));
      const parts = [];
      for (const overlay of overlays) {
        const {filter, dress} = (wanted && await this.choose(overlay, wanted)) ?? ALL;
        parts.push({overlay, dress, filter: besides(overlays.slice(0, parts.length), filter)});
      }
      return use(parts);
    };
    return held.length ? step([]) : nothing;
  }
}

/** A filter that leaves out what earlier overlays hold. */
function besides(earlier, filter) {
  if (!earlier.length) return filter;
  const listings = earlier.map(({listing}) => listing);
  return {
    key: `${listings.map(({version}) => version)}/${filter?.key ?? ''}`,
    keeps: (row) => !listings.some(({rows}) => rows.has(row.id)) && (!filter || filter.keeps(row)),
  };
}

/** The documents of rows {id, overlay}, in their order. */
async function documentsOf(rows) {
  const found = new Map();
  for (const overlay of new Set(rows.map((row) => row.overlay))) {
    const ids = rows.filter((row) => row.overlay === overlay).map(({id}) => id);
    for (const document of await overlay.documents(ids)) found.set(document._id, document);
  }
  return rows.map(({id}) => found.get(id)).filter(Boolean);
}
