// Merges the versions of one draft that several devices left behind. Pure: the same leaves give the same body on every device.
import {contentOf, fieldsOf, lineOf} from './fields.js';

const UNCONTESTED = 'position'; // where a line stands is nobody's decision

/**
 * {merged, choices} of the live leaves of one draft, in whatever order they come. A field that one device changed knowing
 * the other's value takes the later one; a field that both changed without knowing of each other is a choice:
 * {path, values: [{value, device, changed_at}]}, and `merged` holds the value that was changed last until somebody chooses.
 * A line that one removed and the other changed is one choice with the whole line (undefined: removed).
 */
export function merge(leaves) {
  const ordered = [...leaves].sort(newestFirst);
  const versions = ordered.map((leaf) => ({leaf, fields: fieldsOf(leaf)}));
  const fields = new Map();
  const edits = {};
  const choices = [];
  const paths = new Set(versions.flatMap(({leaf, fields: own}) => [...own.keys(), ...Object.keys(leaf.edits ?? {})]));
  for (const path of [...paths].sort()) {
    const candidates = versions.map(({leaf, fields: own}) => ({leaf, value: own.get(path), stamp: leaf.edits?.[path]}));
    const latest = candidates.filter((each) => !isKnownToAnother(each, candidates));
    const standing = latest.length ? latest : candidates;
    const [first] = standing;
    fields.set(path, path.endsWith(`/${UNCONTESTED}`) ? least(standing) : first.value);
    if (first.stamp !== undefined) edits[path] = first.stamp;
    if (distinct(standing).length > 1 && !path.endsWith(`/${UNCONTESTED}`)) choices.push({path, values: told(distinct(standing))});
  }
  const torn = tornLines(fields, choices);
  for (const line of torn) keepWhole(line, versions, fields);
  return {
    merged: bodyOf(ordered, fields, edits),
    choices: [
      ...choices.filter(({path}) => !torn.has(lineOf(path))),
      ...[...torn].map((line) => ({path: line, values: versions.map(({leaf, fields: own}) => telling(leaf, lineIn(own, line)))})),
    ],
  };
}

/** The changes (for drafts/draft.js `change`) that settle one choice with one of its values. */
export function changesFor({path, values}, value) {
  if (path.split('/').length !== 2) return {[path]: value};
  const names = new Set(values.flatMap((each) => Object.keys(each.value ?? {})));
  return Object.fromEntries([...names].map((name) => [`${path}/${name}`, value?.[name]]));
}

function newestFirst(left, right) {
  const [a, b] = [left, right].map(({changed_at, device, _rev}) => `${changed_at} ${device} ${_rev}`);
  return a < b ? 1 : -1;
}

function isKnownToAnother({value, stamp, leaf}, candidates) {
  if (stamp === undefined) return value === undefined && candidates.some((other) => other.stamp !== undefined);
  const [device, count] = splitStamp(stamp);
  return candidates.some((other) =>
    other.leaf !== leaf && other.stamp !== undefined && other.stamp !== stamp && (other.leaf.seen?.[device] ?? 0) >= count);
}

function splitStamp(stamp) {
  const at = stamp.lastIndexOf(' ');
  return [stamp.slice(0, at), Number(stamp.slice(at + 1))];
}

function distinct(candidates) {
  const seen = new Set();
  return candidates.filter(({value}) => {
    const text = JSON.stringify(value);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

function least(candidates) {
  const positions = candidates.map(({value}) => value).filter((value) => value !== undefined);
  return positions.length ? Math.min(...positions) : undefined;
}

function told(candidates) {
  return candidates.map(({leaf, value}) => telling(leaf, value));
}

function telling({device, changed_at}, value) {
  return {value, device, changed_at};
}

/** Lines that one version removed while another changed them. */
function tornLines(fields, choices) {
  const contested = choices.map(({path, values}) => values.some(({value}) => value === undefined) && lineOf(path));
  const candidates = new Set(contested.filter(Boolean));
  return new Set([...candidates].filter((line) => [...fields.keys()].some((path) => lineOf(path) === line)));
}

function keepWhole(line, versions, fields) {
  const whole = versions.map(({fields: own}) => own).find((own) => lineIn(own, line) !== undefined);
  for (const path of [...fields.keys()].filter((each) => lineOf(each) === line)) fields.set(path, whole.get(path));
}

function lineIn(fields, line) {
  const own = [...fields].filter(([path, value]) => lineOf(path) === line && value !== undefined);
  return own.length ? Object.fromEntries(own.map(([path, value]) => [path.split('/')[2], value]).sort()) : undefined;
}

function bodyOf([newest, ...others], fields, edits) {
  const seen = {};
  for (const leaf of [newest, ...others]) {
    for (const [device, count] of Object.entries(leaf.seen ?? {})) seen[device] = Math.max(seen[device] ?? 0, count);
  }
  const {_id, type, schema, rep, device, changed_at} = newest;
  return {
    _id, type, schema, rep, device, changed_at, ...contentOf(fields), edits,
    seen: Object.fromEntries(Object.entries(seen).sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}
