function (doc) {
  if (doc.type === "ledger" && doc.estimate && doc.estimate.id) {
    emit(doc.estimate.id, null);
  }
}
