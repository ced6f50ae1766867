function (doc) {
  if (doc.type === "audit") {
    emit([doc.subject, doc._id], null);
  }
}
