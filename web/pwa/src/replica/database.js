// PouchDB with what a replica needs of it: IndexedDB, HTTP and replication.
import http from 'pouchdb-adapter-http';
import PouchDB from 'pouchdb-core';
import replication from 'pouchdb-replication';
import lastingIdb from './lasting_idb.js';

export default PouchDB.plugin(lastingIdb).plugin(http).plugin(replication);
