// Waits for receipts to reach this device, woken by the replica's own changes feed.

const OPEN = new Set(['received', 'waiting']); // the connector is not done with it

/**
 * Resolves to the receipts once `orders` (ids) all have a settled one, or `count` of them are here; rejects after
 * `seconds` saying which are missing. `states` names the states that count as settled.
 */
export async function waitForReceipts(local, {orders, count, states, seconds}) {
  if (!orders && !Number.isInteger(count)) throw new RangeError('wait_for_receipts needs "orders" or "count"');
  const settled = states ? new Set(states) : {has: (state) => !OPEN.has(state)};
  const found = new Map();
  const wanted = orders && new Set(orders);
  const take = (receipt) => {
    if (!wanted || wanted.has(receipt.of)) found.set(receipt.of, receipt);
    const done = [...found.values()].filter((each) => settled.has(each.state)).length;
    return done >= (wanted ? wanted.size : count);
  };

  const {update_seq: since} = await local.info();
  const {rows} = await local.allDocs({startkey: 'receipt:', endkey: 'receipt:\ufff0', include_docs: true});
  if (rows.map(({doc}) => take(doc)).some(Boolean)) return [...found.values()];
  if (wanted?.size === 0 || count === 0) return [];

  const feed = local.changes({since, live: true, include_docs: true});
  let clock;
  try {
    return await new Promise((resolve, reject) => {
      feed.on('change', ({id, doc}) => {
        if (id.startsWith('receipt:') && !doc._deleted && take(doc)) resolve([...found.values()]);
      });
      feed.on('error', reject);
      clock = setTimeout(() => reject(new Error(missing(found, settled, wanted, count, seconds))), seconds * 1000);
    });
  } finally {
    clearTimeout(clock);
    feed.cancel();
  }
}

function missing(found, settled, wanted, count, seconds) {
  const open = [...found.values()].filter((receipt) => !settled.has(receipt.state));
  const done = found.size - open.length;
  const absent = wanted ? [...wanted].filter((id) => !found.has(id)) : [];
  return [
    `after ${seconds} s ${done} of ${wanted ? wanted.size : count} receipts are here`,
    open.length && `not settled: ${open.slice(0, 5).map((receipt) => `${receipt.of} ${receipt.state}`).join(', ')}`,
    absent.length && `none for: ${absent.slice(0, 5).join(', ')}`,
  ].filter(Boolean).join('; ');
}
