// Whether a rep may leave the network: what is missing, as codes. Pure.

const DAY = 86_400_000; // milliseconds
const ROOM = 50_000_000; // bytes that should be free

/**
 * What speaks against leaving, each a code of strings.js (sync.missing); empty: ready. `sync` is the sync's state, `unsent` and
 * `refused` numbers, `documents` how many products and customers are here, `stock` when stock was confirmed with
 * QuickBooks, `storage` {used, quota} in bytes or null.
 */
export function missing({sync, unsent, refused, documents, stock, storage, now}) {
  const found = [];
  if (sync.phase !== 'live' && sync.phase !== 'idle') found.push(sync.phase);
  if (unsent) found.push('unsent');
  if (refused) found.push('refused');
  if (!documents.catalog) found.push('catalog');
  if (!documents.customers) found.push('customers');
  if (stock && now - Date.parse(stock) > DAY) found.push('old');
  if (storage?.quota && storage.quota - storage.used < ROOM) found.push('space');
  return found;
}
