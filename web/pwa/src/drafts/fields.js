// A draft as a map from path to value, which is how it is stamped and merged: "note", "lines/product:11/quantity".

const BOOKKEEPING = new Set(['_id', '_rev', '_conflicts', '_revisions', 'type', 'schema', 'rep', 'device', 'changed_at', 'edits', 'seen']);
const LISTS = ['lines', 'charges'];

/** All fields of a draft by path. A line's path begins with its list and its product. */
export function fieldsOf(draft) {
  const fields = new Map();
  for (const [name, value] of Object.entries(draft)) {
    if (!BOOKKEEPING.has(name) && !LISTS.includes(name) && value !== undefined) fields.set(name, value);
  }
  for (const list of LISTS) {
    for (const {product, ...rest} of draft[list] ?? []) {
      for (const [name, value] of Object.entries(rest)) fields.set(`${list}/${product}/${name}`, value);
    }
  }
  return fields;
}

/** The content of a draft again, in one fixed order whatever the map's: {note, ..., lines, charges}. */
export function contentOf(fields) {
  const content = {};
  const lists = {lines: new Map(), charges: new Map()};
  for (const path of [...fields.keys()].sort()) {
    const value = fields.get(path);
    if (value === undefined) continue;
    const [list, product, name] = path.split('/');
    if (name === undefined) content[path] = value;
    else lists[list].set(product, {...(lists[list].get(product) ?? {product}), [name]: value});
  }
  for (const list of LISTS) content[list] = [...lists[list].values()].sort(inOrder);
  return content;
}

/** "lines/product:11" for "lines/product:11/quantity"; null for a field that is in no list. */
export function lineOf(path) {
  const parts = path.split('/');
  return parts.length === 3 ? `${parts[0]}/${parts[1]}` : null;
}

function inOrder(left, right) {
  return left.position - right.position || (left.product < right.product ? -1 : 1);
}
