// PouchDB with what a replica needs of it: IndexedDB, HTTP and replication.
import http from 'pouchdb-adapter-http';
import idb from 'pouchdb-adapter-idb';
import PouchDB from 'pouchdb-core';
import replication from 'pouchdb-replication';

export default PouchDB.plugin(idb).plugin(http).plugin(replication);
