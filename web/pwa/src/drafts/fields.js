// A draft as a map from path to value, which is how it is stamped and merged: "note", "lines/product:11/quantity". The second line
// of a product has the path "lines/product:11#2/quantity" and carries `line: 2`.

const BOOKKEEPING = new Set(['_id', '_rev', '_conflicts', '_revisions', 'type', 'schema', 'rep', 'device', 'changed_at', 'edits', 'seen']);
const LISTS = ['lines', 'charges'];

/** What a line or charge of a draft is called in its list: its product, and "#2" for the product's second line. */
export function keyOf({product, line}) {
  return line ? `${product}#${line}` : product;
}

/** All fields of a draft by path. A line's path begins with its list and its key. */
export function fieldsOf(draft) {
  const fields = new Map();
  for (const [name, value] of Object.entries(draft)) {
    if (!BOOKKEEPING.has(name) && !LISTS.includes(name) && value !== undefined) fields.set(name, value);
  }
  for (const list of LISTS) {
    for (const {product, line, ...rest} of draft[list] ?? []) {
      for (const [name, value] of Object.entries(rest)) fields.set(`${list}/${keyOf({product, line})}/${name}`, value);
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
    const [list, key, name] = path.split('/');
    if (name === undefined) content[path] = value;
    else lists[list].set(key, {...(lists[list].get(key) ?? begun(key)), [name]: value});
  }
  for (const list of LISTS) content[list] = [...lists[list].values()].sort(inOrder);
  return content;
}

/** "lines/product:11" for "lines/product:11/quantity"; null for a field that is in no list. */
export function lineOf(path) {
  const parts = path.split('/');
  return parts.length === 3 ? `${parts[0]}/${parts[1]}` : null;
}

function begun(key) {
  const [product, line] = key.split('#');
  return {product, ...(line && {line: Number(line)})};
}

function inOrder(left, right) {
  return left.position - right.position || (keyOf(left) < keyOf(right) ? -1 : 1);
}
