// One list of everything a replica holds, in memory: by name, page by page, searched as a rep types.
import {idsOf} from './block.js';
import {fold, NO_MATCH, prepared, rank, RANKS, searchFor} from './search_text.js';

/** Rows of {id, name, text}; the documents themselves stay where they are. */
export class Listing {
  /** `fields` are searched; "address.city" reaches into an object. The first one should be the name. */
  constructor(fields) {
    this.paths = fields.map((field) => field.split('.'));
    this.rows = new Map(); // id -> row
    this.ordered = new Map(); // prefix -> rows by name, until something changes
  }

  get size() {
    return this.rows.size;
  }

  /** Add a snapshot's block, but for ids that `known` already speaks for. */
  addBlock(block, known) {
    for (const {fields, columns} of block.groups) {
      const column = (field) => columns[fields.indexOf(field)];
      const names = column('name');
      const searched = this.paths.map(([field, ...inside]) => [column(field), inside]);
      idsOf({fields, columns}).forEach((id, row) => {
        if (known.has(id)) return;
        const values = searched.map(([values, inside]) => textIn(values?.[row], inside));
        this.rows.set(id, {id, name: nameOf(names?.[row], id), text: prepared(values)});
      });
    }
    this.ordered.clear();
  }

  /** Add a document or replace its row. */
  put(document) {
    const values = this.paths.map(([field, ...inside]) => textIn(document[field], inside));
    const {_id: id} = document;
    this.rows.set(id, {id, name: nameOf(document.name, id), text: prepared(values)});
    this.ordered.clear();
  }

  remove(id) {
    if (this.rows.delete(id)) this.ordered.clear();
  }

  /** The ids from position `from` on, at most `limit`, of those that begin with `prefix`, by name and id. */
  page(prefix, from, limit) {
    const rows = this.#orderedRows(prefix);
    return {ids: rows.slice(from, from + limit).map(({id}) => id), total: rows.length};
  }

  /** The ids that match what was typed, best first, at most `limit`; `total` says how many match. */
  search(prefix, typed, limit) {
    const search = searchFor(typed);
    if (!search.words.length) return this.page(prefix, 0, limit);
    const found = Array.from({length: RANKS}, () => []);
    let total = 0;
    for (const row of this.#orderedRows(prefix)) {
      const ranked = rank(row.text, search);
      if (ranked === NO_MATCH) continue;
      total++;
      if (found[ranked].length < limit) found[ranked].push(row.id);
    }
    return {ids: found.flat().slice(0, limit), total};
  }

  #orderedRows(prefix) {
    let rows = this.ordered.get(prefix);
    if (!rows) {
      rows = [...this.rows.values()].filter(({id}) => id.startsWith(prefix)).sort(byName);
      this.ordered.set(prefix, rows);
    }
    return rows;
  }
}

function byName(one, other) {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

function nameOf(name, id) {
  return typeof name === 'string' ? fold(name) : id;
}

function textIn(value, inside) {
  for (const field of inside) value = value?.[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
