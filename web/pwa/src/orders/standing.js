// What a submitted order says today: the order as amended, whether it was approved or withdrawn. Pure.

/** The amendments of an order among documents, in their order. */
export function amendmentsOf(order, documents) {
  return documents
    .filter(({type, order: of}) => type === 'amendment' && of === order)
    .sort((left, right) => left.number - right.number);
}

/** {kind, lines, charges, discount, total, tax, note, signature, amendments, withdrawn}: the last amendment counts. */
export function standing(order, documents) {
  const amendments = amendmentsOf(order._id, documents);
  const last = amendments.at(-1) ?? order;
  return {
    kind: amendments.some(({kind}) => kind === 'order') ? 'order' : order.kind,
    lines: last.lines, charges: last.charges, discount: last.discount, total: last.total, tax: last.tax, note: last.note,
    signature: last.signature,
    amendments: amendments.length,
    withdrawn: documents.some(({type, order: of}) => type === 'cancellation' && of === order._id),
  };
}

/** The first entry of orderList that was not withdrawn, as {document, stands: standing()}; undefined where there is none. */
export function lastStanding(entries) {
  return entries.map(({document, later}) => ({document, stands: standing(document, later)})).find(({stands}) => !stands.withdrawn);
}
