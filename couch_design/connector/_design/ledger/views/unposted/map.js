function (doc) {
  var open = doc.state === "received" || doc.state === "waiting" || doc.state === "held" || doc.state === "parked";
  if (doc.type === "ledger" && open && (doc.kind === "order" || doc.kind === "quote")) {
    emit(doc.received_at, null);
  }
}
