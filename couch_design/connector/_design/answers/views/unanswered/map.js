function (doc) {
  if (doc.type === "ledger" && doc.work && !doc.receipt_revision) {
    emit(doc.received_at, null);
  }
}
