function (doc) {
  if (doc.type === "audit") {
    emit([doc.by, doc._id], null);
  }
}
