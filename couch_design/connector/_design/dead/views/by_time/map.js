function (doc) {
  if (doc.type === "dead_letter") {
    emit(doc.at, null);
  }
}
