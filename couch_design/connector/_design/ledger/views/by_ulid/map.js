function (doc) {
  if (doc.type === "ledger") {
    emit(doc.ulid, null);
  }
}
