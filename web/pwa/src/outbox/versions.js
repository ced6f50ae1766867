// Several versions of one submitted document: which one counts here, and which are only kept. Pure.

/**
 * {counts, others} of a document's live versions, each with its `_rev`. What the connector `accepted` (a revision of the
 * receipt) counts; else what CouchDB shows first of those that were not `refused` ({revision: reason}); else the first.
 */
export function sorted(versions, {accepted = null, refused = {}} = {}) {
  const ordered = [...versions].sort(firstShown);
  const counts = ordered.find(({_rev}) => _rev === accepted) ?? ordered.find(({_rev}) => !(_rev in refused)) ?? ordered[0];
  return {counts, others: ordered.filter((each) => each !== counts)};
}

/** Whether a version that does not count says something that nobody has taken up: one that was refused was put right since. */
export function isRival({refused}) {
  return !refused || refused.startsWith('write_once');
}

/** Whether one of the `later` changes says what a version that does not count said: then nobody has to look at it any more. */
export function isTakenUp({document}, later) {
  return later.some((change) => change.type === 'amendment' && change.captured_at > document.captured_at && said(change) === said(document));
}

function said({lines, charges = [], discount = null, total}) {
  const sold = lines.map(({product, quantity, unit_price: price, discount: off}) => [product, quantity, price, off]);
  return JSON.stringify([sold, charges.map(({product, amount}) => [product, amount]), discount?.amount ?? null, total]);
}

function firstShown(left, right) { // CouchDB's rule for the winner: the longest history, then the greater text
  const [a, b] = [left, right].map(({_rev}) => _rev.split('-'));
  return Number(b[0]) - Number(a[0]) || (b[1] > a[1] ? 1 : -1);
}
