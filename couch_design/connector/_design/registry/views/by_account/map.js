function (doc) {
  if (doc.type === "rep") {
    emit(doc.account, null);
  }
}
