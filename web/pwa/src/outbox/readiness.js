// Whether a rep may leave the network: every condition, and whether it holds. Pure.

const DAY = 86_400_000; // milliseconds
const ROOM = 50_000_000; // bytes that should be free
const SIGN_IN = 14 * DAY; // what images/couchdb/roadbook.ini gives a session
const RENEWED = 0.9; // CouchDB renews a cookie only once a tenth of its time is over
export const KINDS = ['products', 'prices', 'stock', 'customers', 'balances'];

/** Until when the sign-in is good (milliseconds) by when the server last knew it (a text); null: never. */
export function signInEnds(signedInAt) {
  return signedInAt ? Date.parse(signedInAt) + SIGN_IN * RENEWED : null;
}

/**
 * The conditions, each {what, ok, why}: `what` and `why` are words of strings.js (road), `why` null where it holds. A rep is ready
 * when all hold. `sync` is the sync's state, `unsent` and `refused` numbers, `documents` how many products and
 * customers are here, `confirmed` when each kind was last confirmed with QuickBooks, `storage` {used, quota, persisted} in bytes
 * or null, `kept` whether the app itself is on the device, `clock` {wrong}.
 */
export function conditions({sync, unsent, refused, documents, confirmed, storage, kept, clock, now}) {
  const found = [];
  const add = (what, why) => found.push({what, ok: !why, why: why || null});
  const ends = signInEnds(sync.signed_in_at);
  const free = storage?.quota ? storage.quota - (storage.used ?? 0) : null;
  add('synced', sync.phase !== 'live' && sync.phase);
  add('unsent', unsent > 0 && 'unsent');
  add('refused', refused > 0 && 'refused');
  add('documents', (!documents.catalog && 'catalog') || (!documents.customers && 'customers'));
  for (const kind of KINDS) add(kind, confirmed[kind] ? now - Date.parse(confirmed[kind]) > DAY && 'old' : 'unknown_age');
  add('space', free === null ? 'unknown_space' : free < ROOM && 'space');
  add('persisted', !storage?.persisted && 'not_persisted');
  add('kept', !kept && 'not_kept');
  add('sign_in', ends === null || ends - now < DAY ? 'sign_in' : null);
  add('clock', clock?.wrong && 'clock');
  return found;
}
