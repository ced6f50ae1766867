function (doc) {
  if (doc.type === "letter") {
    emit([doc.state, doc.changed_at], null);
  }
}
