'use strict';
/** The databases: PouchDB over leveldb in a folder, or in memory. */

const fs = require('node:fs');
const path = require('node:path');
const PouchDB = require('pouchdb');
const listDatabases = require('pouchdb-all-dbs');
const validation = require('pouchdb-validation');
const {deleteDB, getOrCreateDB} = require('express-pouchdb/lib/create-or-delete-dbs');
const {installGuards} = require('./guards');
const {Refusal, notFound} = require('./refusal');
const {instanceStartTime} = require('./security');

const ACCOUNTS = '_users';
const INTERNAL = /^pouch__/; // PouchDB's list of databases

/** Opens, lists, creates and deletes databases. */
class Storage {
  /** `folder` holds everything; in memory only the configuration lies there. */
  constructor(folder, inMemory) {
    const prefix = path.join(folder, 'databases') + path.sep;
    fs.mkdirSync(prefix, {recursive: true, mode: 0o700});
    if (inMemory) PouchDB.plugin(require('pouchdb-adapter-memory'));
    this.PouchDB = PouchDB.defaults(inMemory ? {prefix, adapter: 'memory'} : {prefix});
    listDatabases(this.PouchDB);
    this.opened = new Map(); // name: promise of the database, complete with its guards
    this.onEvent = () => {}; // (name, 'created' | 'updated' | 'deleted')
  }

  /** Puts databases under express-pouchdb's methods (sessions, sizes) and under our guards. */
  attach(application) {
    this.wrapper = application.dbWrapper;
    // express-pouchdb ends its chain of wrappers early for the accounts: ours must stand first to see them at all.
    this.wrapper._wrappers.unshift(async (name, database, next) => {
      if (name !== ACCOUNTS) this.guard(database, name);
      await next();
      if (name !== ACCOUNTS) return;
      // pouchdb-validation asks the same guards, but drops replicated edits without a word.
      validation.uninstallValidationMethods.call(database);
      this.guard(database, name);
    });
  }

  guard(database, name) {
    installGuards(database, name, () => this.onEvent(name, 'updated'));
  }

  /** Open the accounts, made on the first start. Fails while another process has the folder: leveldb locks it. */
  async openAccounts() {
    if (!(await this.has(ACCOUNTS))) await this.create(ACCOUNTS);
    await this.open(ACCOUNTS);
  }

  /** The names of all databases, sorted. */
  async names() {
    return (await this.PouchDB.allDbs()).filter((name) => !INTERNAL.test(name)).sort();
  }

  /** Whether there is a database of that name. */
  async has(name) {
    return !INTERNAL.test(name) && (await this.PouchDB.allDbs()).includes(name);
  }

  /** The database. Throws a Refusal when there is none. */
  async open(name) {
    if (!(await this.has(name))) throw notFound('Database does not exist.');
    return this.openKnown(name);
  }

  openKnown(name) {
    if (!this.opened.has(name)) {
      const opening = getOrCreateDB(this.PouchDB, name).then((database) => this.wrapper.wrap(name, database));
      this.opened.set(name, opening);
      opening.catch(() => this.opened.delete(name));
    }
    return this.opened.get(name);
  }

  /** Create a database. Throws a Refusal when it exists. */
  async create(name) {
    if ((await this.has(name)) || this.opened.has(name)) throw fileExists();
    const database = await this.openKnown(name);
    await database.info(); // PouchDB opens lazily
    await instanceStartTime(database);
    this.onEvent(name, 'created');
  }

  /** Delete a database. Throws a Refusal when there is none. */
  async remove(name) {
    await this.open(name);
    this.opened.delete(name);
    await deleteDB(this.PouchDB, name, {});
    this.onEvent(name, 'deleted');
  }
}

function fileExists() {
  return new Refusal(412, 'file_exists', 'The database could not be created, the file already exists.');
}

module.exports = {ACCOUNTS, Storage};
