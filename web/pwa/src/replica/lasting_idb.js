// PouchDB's IndexedDB adapter closes a database for good when one write is aborted, as it is when the storage is full. Here it
// stays open, so that what was stored can still be read, and writing goes on once there is room. The adapter also answers
// nothing when the write of a local document is aborted (it listens to `error` only), so that it is told as an error.
import idb from 'pouchdb-adapter-idb';

/** A PouchDB plugin: the adapter `idb`, made to last. */
export default function lastingIdb(PouchDB) {
  PouchDB.plugin(idb);
  const adapter = PouchDB.adapters.idb;
  if (!adapter) return; // no IndexedDB here
  hearOpened();
  function lasting(options, callback) {
    lastingNames.add(options.name);
    adapter.call(this, options, callback);
  }
  PouchDB.adapters.idb = Object.assign(lasting, {valid: adapter.valid, use_prefix: adapter.use_prefix});
}

const lastingNames = new Set(); // of IndexedDB databases that are PouchDB's

function hearOpened() {
  const {open} = IDBFactory.prototype;
  IDBFactory.prototype.open = function hearing(name, ...rest) {
    const asked = open.call(this, name, ...rest);
    if (lastingNames.has(name)) asked.addEventListener('success', () => survivingAborts(asked.result));
    return asked;
  };
}

/** Let no abort of this connection's writes reach the connection, where the adapter listens in order to close it. */
function survivingAborts(connection) {
  const {transaction} = connection;
  connection.transaction = (...given) => {
    const made = transaction.apply(connection, given);
    made.addEventListener('abort', (event) => {
      event.stopPropagation(); // the transaction's own listeners hear it all the same
      if (!made.onabort) made.onerror?.(event);
    });
    return made;
  };
}
