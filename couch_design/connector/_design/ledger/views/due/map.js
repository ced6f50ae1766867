function (doc) {
  if (doc.type === "ledger" && doc.work !== null && doc.work !== undefined) {
    emit(doc.due_at, {rev: doc._rev});
  }
}
