function (doc) {
  if (doc.type === "customer" && doc.parent) {
    emit(doc.parent, null);
  }
}
