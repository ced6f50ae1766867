function (doc) {
  if (doc.type === "letter" && (doc.state === "due" || doc.state === "failed" || doc.state === "sending")) {
    emit(doc.due_at, null);
  }
}
