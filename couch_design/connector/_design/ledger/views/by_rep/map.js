function (doc) {
  if (doc.type === "ledger") {
    emit([doc.rep, doc.received_at], null);
  }
}
