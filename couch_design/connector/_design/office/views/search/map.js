function (doc) {
  // What a person types to find an order: its number, the estimate's, the customer's purchase order, the customer's
  // name from the beginning of any of its words, the ULID. In lower case; the value is what the filters ask for.
  var content, customer, name, words, i, value, estimate;
  if (doc.type !== "ledger" || typeof doc.received_at !== "string" || typeof doc.ulid !== "string") { return; }
  content = doc.content || {};
  customer = content.customer && typeof content.customer.id === "string" ? content.customer.id : "";
  value = [doc.received_at + " " + doc._id, doc.state, doc.rep, customer];

  function say(text) {
    if (typeof text === "string" && text.length > 0) { emit(text.slice(0, 80).toLowerCase(), value); }
  }

  say(doc.ulid.slice(-10));
  say(doc.ulid);
  estimate = doc.estimate;
  if (estimate) { say(estimate.number); }
  say(content.po_number);
  name = content.customer && content.customer.name;
  if (doc.kind === "customer_request") { name = content.name; }
  if (typeof name === "string") {
    words = name.slice(0, 200).split(/\s+/);
    for (i = 0; i < words.length && i < 8; i += 1) { say(words.slice(i).join(" ")); }
  }
}
