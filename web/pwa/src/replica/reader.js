// What a page may ask of a replica, or of several as if they were one.
import {call} from './port.js';

/**
 * `names` are the replicas that are read. What is `wanted` of documents beyond their ids is the worker's chooser's to know
 * (goods/choosing.js). Answers are copies.
 */
export class Reader {
  /** The winning revision, or null; with `conflicts` it carries `_conflicts`. */
  get(id, {conflicts = false} = {}) {
    return call(this.names, 'get', {id, conflicts});
  }

  /** Documents of these ids, in their order, without those that are not there. */
  documents(ids, {wanted} = {}) {
    return call(this.names, 'documents', {ids, wanted});
  }

  /** A page by name: {documents, total, from}. */
  list({prefix, from, limit, wanted} = {}) {
    return call(this.names, 'list', {prefix, from, limit, wanted});
  }

  /** What matches a text as it is typed, best first: {documents, total, from}. */
  search(text, {prefix, limit, wanted} = {}) {
    return call(this.names, 'search', {text, prefix, limit, wanted});
  }

  /** How many documents there are for each value, and each beginning, of a kept field that is a list: [[path, count], ...]. */
  paths(field, {prefix, wanted} = {}) {
    return call(this.names, 'paths', {field, prefix, wanted});
  }

  /** Documents whose name is much like this one, the likest first. */
  alike(name, {prefix, limit} = {}) {
    return call(this.names, 'alike', {name, prefix, limit});
  }

  /** [id, value] of every document that has a kept field. */
  kept(field, {prefix} = {}) {
    return call(this.names, 'kept', {field, prefix});
  }
}
