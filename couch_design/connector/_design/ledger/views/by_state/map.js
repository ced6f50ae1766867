function (doc) {
  if (doc.type === "ledger") {
    emit([doc.state, doc.changed_at], null);
  }
}
