function (doc) {
  if (doc.type === "ledger") {
    emit(doc.received_at, null);
  }
}
