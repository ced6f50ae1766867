// What a replica keeps besides its PouchDB: the blocks of its base as they came, where it stands, what is unsent.
import {deleteDB, openDB} from 'idb';
import {BadCall} from './errors.js';

const VERSION = 1;
const STATE = 'state'; // the only key of the store of that name

/**
 * The state is one record:
 *   current  the overlay in use: {number, phase: 'done', ...}, or null before the first sync has ended
 *   next     the overlay being filled: {number, phase: 'started' | 'stored', ...}, or null
 *   retired  numbers of overlays that are no longer used and still to be deleted
 *   last     the number given last
 */
const NOTHING = {current: null, next: null, retired: [], last: 0};

/** One IndexedDB database a replica. */
export class Storage {
  /** Open it, made if need be. `onGone` is called when another page deletes it. */
  static async open(name, onGone = () => {}) {
    const database = await openDB(databaseName(name), VERSION, {
      upgrade(made) {
        made.createObjectStore('state');
        made.createObjectStore('blocks'); // [number of the overlay, n] -> line
        made.createObjectStore('edits'); // id -> {at, refused}
      },
      blocking(_current, _blocked, event) {
        event.target.close();
        onGone();
      },
    });
    return new Storage(name, database);
  }

  static async delete(name) {
    await deleteDB(databaseName(name));
  }

  constructor(name, database) {
    this.name = name;
    this.database = database;
  }

  close() {
    this.database.close();
  }

  async state() {
    return (await this.database.get('state', STATE)) ?? NOTHING;
  }

  /** Replace the state by what `change` makes of it, in one transaction; resolves to the new state. */
  async update(change) {
    const transaction = this.database.transaction('state', 'readwrite', {durability: 'strict'});
    const state = change((await transaction.store.get(STATE)) ?? NOTHING);
    transaction.store.put(state, STATE);
    await transaction.done;
    return state;
  }

  /** Store a block as it came, or in place of what it was. */
  async putBlock(number, n, line) {
    const transaction = this.database.transaction('blocks', 'readwrite', {durability: 'relaxed'});
    transaction.store.put(line, [number, n]);
    await transaction.done;
  }

  /** The line of one block, or undefined. */
  async block(number, n) {
    return this.database.get('blocks', [number, n]);
  }

  /** The lines of the blocks from `from` on, in order. */
  async blocks(number, from = 0) {
    return this.database.getAll('blocks', IDBKeyRange.bound([number, from], [number, Infinity]));
  }

  /** Which blocks of an overlay are stored. */
  async blockNumbers(number) {
    const keys = await this.database.getAllKeys('blocks', allOf(number));
    return new Set(keys.map(([, n]) => n));
  }

  async deleteBlocks(number) {
    await this.database.delete('blocks', allOf(number));
  }

  /** The ids written on this device and not yet on the server: a Map to {at, refused}. */
  async edits() {
    const transaction = this.database.transaction('edits');
    const [keys, values] = await Promise.all([transaction.store.getAllKeys(), transaction.store.getAll()]);
    return new Map(keys.map((id, at) => [id, values[at]]));
  }

  /** Note an edit before it is made; resolves to whether it is the first one of that document. */
  async noteEdit(id, at) {
    if (typeof id !== 'string' || !id) throw new BadCall('a document needs an _id');
    const transaction = this.database.transaction('edits', 'readwrite', {durability: 'strict'});
    const before = await transaction.store.get(id);
    transaction.store.put({at}, id);
    await transaction.done;
    return !before;
  }

  /** Forget an edit that is on the server; with `at`, only if it has not been edited again since. */
  async forgetEdit(id, at) {
    const transaction = this.database.transaction('edits', 'readwrite');
    const edit = await transaction.store.get(id);
    if (edit && (at === undefined || edit.at === at)) transaction.store.delete(id);
    await transaction.done;
  }

  /** Keep the reason for which the server refuses an edit. */
  async refuseEdit(id, refused) {
    const transaction = this.database.transaction('edits', 'readwrite');
    const edit = await transaction.store.get(id);
    if (edit) transaction.store.put({...edit, refused}, id);
    await transaction.done;
  }
}

function databaseName(name) {
  return `replica-${name}`;
}

function allOf(number) {
  return IDBKeyRange.bound([number, -Infinity], [number, Infinity]);
}
