// PouchDB as the tests run it on Node: the locked packages of scripts/, in memory.
import {createRequire} from 'node:module';

const require = createRequire(new URL('../../../scripts/package.json', import.meta.url));
export const PouchDB = require('pouchdb');
PouchDB.plugin(require('pouchdb-adapter-memory'));

let count = 0;

/** A new, empty database in memory. */
export function emptyDatabase() {
  count += 1;
  return new PouchDB(`test-${process.pid}-${count}`, {adapter: 'memory'});
}
