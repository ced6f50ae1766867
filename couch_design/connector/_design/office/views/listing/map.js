function (doc) {
  // Under every combination of customer, rep and state, by the time of arrival; under what stops it, by the same.
  // The id goes with the time, so that a page begins exactly where the one before it ended.
  var at, content, customer, combinations, i;
  if (doc.type !== "ledger" || typeof doc.received_at !== "string") { return; }
  at = doc.received_at + " " + doc._id;
  content = doc.content;
  customer = content && content.customer && typeof content.customer.id === "string" ? content.customer.id : null;
  combinations = [[""], ["s", doc.state], ["r", doc.rep], ["rs", doc.rep, doc.state]];
  if (customer !== null) {
    combinations.push(["c", customer], ["cs", customer, doc.state], ["cr", customer, doc.rep]);
    combinations.push(["crs", customer, doc.rep, doc.state]);
  }
  if (doc.reason && (doc.state === "parked" || doc.state === "held")) {
    combinations.push(["stopped", doc.state, String(doc.reason.code), String(doc.reason.who)]);
  }
  for (i = 0; i < combinations.length; i += 1) {
    emit(combinations[i].concat([at]), null);
  }
}
