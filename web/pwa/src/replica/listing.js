// One list of everything a replica holds, in memory: by name, page by page, searched as a rep types.
import {idsOf} from './block.js';
import {likeness} from './likeness.js';
import {fold, NO_MATCH, prepared, rank, RANKS, searchFor} from './search_text.js';

const MOST_LISTS = 16; // kept in order, one a filter

/** Rows of {id, name, text, ...}; the documents themselves stay where they are. */
export class Listing {
  #last = null; // the last search: what is typed on is looked for among what it found

  /**
   * `fields` are searched; "address.city" reaches into an object. The first one should be the name. `kept` are fields that a
   * row carries as they are, for filters.
   */
  constructor(fields, kept = []) {
    this.paths = fields.map((field) => field.split('.'));
    this.keep = kept;
    this.rows = new Map(); // id -> row
    this.ordered = new Map(); // prefix and filter -> rows by name, until something changes
    this.version = 0; // grows with every change
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
      const kept = this.keep.map((field) => [field, column(field)]).filter(([, values]) => values);
      idsOf({fields, columns}).forEach((id, row) => {
        if (known.has(id)) return;
        const values = searched.map(([values, inside]) => textIn(values?.[row], inside));
        const made = {id, name: nameOf(names?.[row], id), text: prepared(values)};
        for (const [field, each] of kept) made[field] = each[row];
        this.rows.set(id, made);
      });
    }
    this.#changed();
  }

  /** Add a document or replace its row. */
  put(document) {
    const values = this.paths.map(([field, ...inside]) => textIn(document[field], inside));
    const {_id: id} = document;
    const row = {id, name: nameOf(document.name, id), text: prepared(values)};
    for (const field of this.keep) if (document[field] !== undefined) row[field] = document[field];
    this.rows.set(id, row);
    this.#changed();
  }

  remove(id) {
    if (this.rows.delete(id)) this.#changed();
  }

  /**
   * The ids from position `from` on, at most `limit`, of those that begin with `prefix`, by name and id. A `filter` is
   * {key, keeps(row)}: the same key keeps the same rows for as long as nothing changes.
   */
  page(prefix, from, limit, filter) {
    const rows = this.#orderedRows(prefix, filter);
    return {ids: rows.slice(from, from + limit).map(({id}) => id), total: rows.length};
  }

  /** The ids that match what was typed, best first, at most `limit`, each with its rank; `total` says how many match. */
  search(prefix, typed, limit, filter) {
    const search = searchFor(typed);
    const rows = this.#orderedRows(prefix, filter);
    if (!search.words.length) return {ids: rows.slice(0, limit).map(({id}) => id), ranks: Array(Math.min(limit, rows.length)).fill(0), total: rows.length};
    const matching = [];
    const found = Array.from({length: RANKS}, () => []);
    for (const row of this.#candidates(rows, search)) {
      const needed = found[1].length < limit && found[2].length < limit; // what comes after a full page is only counted
      const ranked = rank(row.text, search, needed);
      if (ranked === NO_MATCH) continue;
      matching.push(row);
      if (found[ranked].length < limit) found[ranked].push(row.id);
    }
    this.#last = {rows, whole: search.whole, matching};
    const ranks = found.flatMap((ids, ranked) => Array(ids.length).fill(ranked));
    return {ids: found.flat().slice(0, limit), ranks: ranks.slice(0, limit), total: matching.length};
  }

  /** Whose name is much like another one, the likest first, at most `limit`: {id, share} as likeness.js has it. */
  alike(prefix, name, limit, filter) {
    const like = likeness(name);
    return this.#orderedRows(prefix, filter)
      .map(({id, name: other}) => ({id, share: like(other)}))
      .filter(({share}) => share > 0)
      .sort((one, other) => other.share - one.share)
      .slice(0, limit);
  }

  /** [id, value] of every row that has a kept field. */
  kept(prefix, field, filter) {
    return this.#orderedRows(prefix, filter).filter((row) => row[field] !== undefined).map((row) => [row.id, row[field]]);
  }

  /** How often each value of a kept field that is a list occurs, and each beginning of it: [[path, count], ...] in order. */
  countPaths(prefix, field, filter) {
    const counts = new Map();
    for (const {[field]: path} of this.#orderedRows(prefix, filter)) {
      if (!Array.isArray(path)) continue;
      for (let end = 1; end <= path.length; end++) {
        const key = path.slice(0, end).join('\n');
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    return [...counts].map(([key, count]) => [key.split('\n'), count]).sort(([one], [other]) => byPath(one, other));
  }

  #candidates(rows, {whole}) {
    const last = this.#last;
    return last?.rows === rows && whole.startsWith(last.whole) ? last.matching : rows;
  }

  #orderedRows(prefix, filter) {
    const whole = this.#rowsOf(prefix, () => [...this.rows.values()].filter(({id}) => id.startsWith(prefix)).sort(byName));
    return filter ? this.#rowsOf(`${prefix}\n${filter.key}`, () => whole.filter(filter.keeps)) : whole;
  }

  #rowsOf(key, make) {
    if (!this.ordered.has(key)) {
      if (this.ordered.size >= MOST_LISTS) this.ordered.clear();
      this.ordered.set(key, make());
    }
    return this.ordered.get(key);
  }

  #changed() {
    this.ordered.clear();
    this.#last = null;
    this.version += 1;
  }
}

function byName(one, other) {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

function byPath(one, other) {
  for (const [index, name] of one.entries()) {
    if (other[index] === undefined) return 1;
    if (name !== other[index]) return name.localeCompare(other[index]);
  }
  return one.length - other.length;
}

function nameOf(name, id) {
  return typeof name === 'string' ? fold(name) : id;
}

function textIn(value, inside) {
  for (const field of inside) value = value?.[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
