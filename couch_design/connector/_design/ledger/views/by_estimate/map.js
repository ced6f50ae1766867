function (doc) {
  if (doc.type === "ledger" && doc.estimate && doc.estimate.id) {
    emit(doc.estimate.id, null);
    if (doc.estimate.invoice) {
      emit(doc.estimate.invoice, null);
    }
  }
}
