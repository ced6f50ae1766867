'use strict';
/** Runs the functions in design documents (guards, filters) in a JavaScript world of their own, as CouchDB does. */

const vm = require('node:vm');
const {Refusal} = require('./refusal');

const LONGEST_CALL = 5000; // milliseconds: CouchDB's limit for a call into a design document
const MOST_KEPT = 64; // compiled functions: many databases carry the same design document, so few differ

// What CouchDB's query server offers. Only text crosses the border, so nothing of this process can be reached.
const WORLD = `
  const isArray = Array.isArray, toJSON = JSON.stringify;
  const log = () => {};
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const design = JSON.parse(designText);
  const loaded = {};
  const load = (path, folder) => {
    const names = (path.startsWith('.') ? [...folder, ...path.split('/')] : path.split('/')).reduce(
      (names, name) => (name === '..' ? names.slice(0, -1) : name === '.' ? names : [...names, name]), []);
    const key = names.join('/');
    if (!loaded[key]) {
      const source = names.reduce((value, name) => (value || {})[name], design);
      if (typeof source !== 'string') throw {error: 'invalid_require_path', reason: key};
      const module = loaded[key] = {id: key, exports: {}};
      new Function('module', 'exports', 'require', source)(
        module, module.exports, (inner) => load(inner, names.slice(0, -1)));
    }
    return loaded[key].exports;
  };
  const require = (path) => load(path, []);
  const call = (argumentsText) => {
    try {
      return JSON.stringify({value: subject.apply(design, JSON.parse(argumentsText))});
    } catch (thrown) {
      const {forbidden, unauthorized} = thrown === null || thrown === undefined ? {} : thrown;
      const name = thrown instanceof Error ? thrown.name : 'unknown_error';
      return JSON.stringify({forbidden, unauthorized, name, failed: String(
        thrown instanceof Error ? thrown.message : typeof thrown === 'object' ? JSON.stringify(thrown) : thrown)});
    }
  };
`;
const CALL = new vm.Script('call(argumentsText)');
const kept = new Map();

/** One function of a design document. The constructor throws a Refusal when its text is no function. */
class DesignFunction {
  constructor(designText, source) {
    // Design documents can be replaced while a call is on its way, hence a world for each version of one.
    this.context = vm.createContext({designText, argumentsText: ''});
    try {
      vm.runInContext(WORLD, this.context, {timeout: LONGEST_CALL});
      vm.runInContext(`const subject = (${source.replace(/;\s*$/, '')}\n);`, this.context, {timeout: LONGEST_CALL});
      if (vm.runInContext('typeof subject', this.context) !== 'function') throw new Error('it is not a function');
    } catch (error) {
      throw new Refusal(500, 'compilation_error', `Expression does not eval to a function. ${error.message}`);
    }
  }

  /** The value for these arguments, or what was thrown: {value} or {forbidden, unauthorized, name, failed}. */
  call(...values) {
    this.context.argumentsText = JSON.stringify(values);
    try {
      return JSON.parse(CALL.runInContext(this.context, {timeout: LONGEST_CALL}));
    } catch (error) {
      return {name: 'timeout', failed: error.message};
    }
  }
}

/** The compiled function at a place of a design document, such as ['filters', 'mine']; undefined when there is none. */
function designFunction(design, place) {
  const source = place.reduce((value, name) => (value && Object.hasOwn(value, name) ? value[name] : undefined), design);
  if (typeof source !== 'string') return undefined;
  const designText = JSON.stringify({...design, _attachments: undefined});
  const key = `${place.join('/')} ${designText}`;
  const found = kept.get(key) || new DesignFunction(designText, source);
  kept.delete(key);
  kept.set(key, found); // the last used stand last
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  return found;
}

/** Throws a Refusal when a view of a design document is no JavaScript; CouchDB refuses such a document too. */
function checkViews(design) {
  if (design.language !== undefined && design.language !== 'javascript') return;
  for (const [name, view] of Object.entries(design.views || {})) {
    if (!view || typeof view.map !== 'string') continue;
    try {
      new vm.Script(`(${view.map.replace(/;\s*$/, '')}\n)`);
    } catch (error) {
      throw new Refusal(400, 'compilation_error', `The map of the view '${name}' does not compile: ${error.message}`);
    }
  }
}

module.exports = {checkViews, designFunction};
