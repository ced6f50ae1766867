// PouchDB's IndexedDB adapter closes a database for good when one write is aborted, as it is when the storage is full. This
// one opens it again, so that what was stored can still be read, and writing goes on once there is room. The adapter also
// answers nothing when the write of a local document is aborted (it listens to `error` only), so that is heard here.
import idb from 'pouchdb-adapter-idb';

const CALLS = ['_bulkDocs', '_putLocal', '_removeLocal', '_doCompaction', '_get', '_getLocal', '_allDocs', '_info', '_getRevisionTree'];
const SILENT = new Set(['_putLocal', '_removeLocal']);
const BROKEN = new Set(['indexed_db_went_bad', 'InvalidStateError', 'QuotaExceededError', 'AbortError']);

/** A PouchDB plugin: the adapter `idb`, made to last. */
export default function lastingIdb(PouchDB) {
  PouchDB.plugin(idb);
  const adapter = PouchDB.adapters.idb;
  if (!adapter) return; // no IndexedDB here
  hearAborts();
  function lasting(options, callback) {
    aborted.set(options.name, new Set());
    adapter.call(this, options, (error, ...opened) => {
      if (!error) last(this, options, adapter);
      callback(error, ...opened);
    });
  }
  PouchDB.adapters.idb = Object.assign(lasting, {valid: adapter.valid, use_prefix: adapter.use_prefix});
}

const aborted = new Map(); // name of an IndexedDB database -> what waits for an answer that an abort will not give

function hearAborts() {
  const {open} = IDBFactory.prototype;
  IDBFactory.prototype.open = function hearing(name, ...rest) {
    const asked = open.call(this, name, ...rest);
    const hear = ({target: {error}}) => { for (const answer of [...aborted.get(name) ?? []]) answer(failure(error)); };
    if (aborted.has(name)) asked.addEventListener('success', () => asked.result.addEventListener('abort', hear));
    return asked;
  };
}

function failure(error) { // as the adapter tells it of other writes
  const reason = error?.name ?? 'AbortError';
  return Object.assign(new Error(reason), {name: 'indexed_db_went_bad', status: 500, error: true, reason});
}

function last(database, options, adapter) {
  let opening = null; // while the database is opened again
  let broken = false; // it could not be opened again: the next call tries
  const open = () => {
    opening ??= new Promise((resolve) => {
      // The aborted transaction's event comes here before it has reached the adapter, which closes the database then.
      setTimeout(() => adapter.call(database, options, (error) => {
        broken = Boolean(error);
        opening = null;
        wrap();
        resolve();
      }));
    });
    return opening;
  };
  const wrap = () => {
    for (const name of CALLS) {
      const call = database[name];
      database[name] = (...given) => {
        if (broken) {
          open().then(() => database[name].call(database, ...given));
          broken = false; // once: a failure of the call itself is told
          return;
        }
        const callback = given.pop();
        const waiting = aborted.get(options.name);
        let answered = false;
        const answer = (error, ...rest) => {
          if (answered) return;
          answered = true;
          waiting?.delete(answer);
          if (error && BROKEN.has(error.name) && !database._closed && !database._destroyed) open().then(() => callback(error));
          else callback(error, ...rest);
        };
        if (SILENT.has(name) && !given.at(-1)?.ctx) waiting?.add(answer);
        call.call(database, ...given, answer);
      };
    }
  };
  wrap();
}
