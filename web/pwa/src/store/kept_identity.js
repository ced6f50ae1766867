// The identity once more, in IndexedDB: what localStorage was told reaches the disk seconds later, and a browser that is killed
// before would open without its rep.
import {openDB} from 'idb';
import {adoptIdentity} from './identity.js';

const DATABASE = 'roadbook';
const STORE = 'identity';
const ONLY = 'rep'; // the only key

/** Keep who uses this device; resolves once it is on the disk. */
export function storeIdentity({name, rep, territories, newCustomers = true, device}) {
  return within((store) => store.put({name, rep, territories, newCustomers, device}, ONLY));
}

/** Forget the rep; resolves once that is on the disk. */
export function eraseIdentity() {
  return within((store) => store.delete(ONLY));
}

/** The identity that localStorage has lost, put back into it; null where nobody is known. */
export async function recallIdentity(storage = localStorage) {
  const identity = await within((store) => store.get(ONLY));
  return identity ? adoptIdentity(identity, storage) : null;
}

async function within(work) {
  const database = await openDB(DATABASE, 1, {upgrade: (made) => { made.createObjectStore(STORE); }});
  try {
    const transaction = database.transaction(STORE, 'readwrite', {durability: 'strict'});
    const [result] = await Promise.all([work(transaction.store), transaction.done]);
    return result;
  } finally {
    database.close();
  }
}
