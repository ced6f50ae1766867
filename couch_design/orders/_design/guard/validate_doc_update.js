function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of orders-<rep id>. ES5 only: it runs in SpiderMonkey, QuickJS and plain Node.
  // It throws nothing but {forbidden: "code: text a rep can read"}: anything else would be a 500, which devices retry
  // for ever.
  // Sizes are checked before the work that depends on them. There is no clock in it.

  var LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/;
  var CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
  var CONTROL_BUT_NEWLINE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
  var ULID = "[0-7][0-9A-HJKMNP-TV-Z]{25}";
  var REP_ID = /^r[a-z2-7]{15}$/;
  var TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z$/;
  var DATE = /^([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;
  var DECIMAL = /^(0|[1-9][0-9]{0,11})(\.[0-9]+)?$/;
  var WORDS = {
    order: "order", amend: "amendment", cancel: "cancellation", custreq: "customer request", draft: "draft",
    receipt: "receipt"
  };
  var TYPES = {
    order: "order", amend: "amendment", cancel: "cancellation", custreq: "customer_request", draft: "draft",
    receipt: "receipt"
  };
  var DATABASE_FIELDS = {_id: 1, _rev: 1, _revisions: 1, _deleted: 1};

  // ---- refusing ---------------------------------------------------------------------------------------------

  function Refusal(code, text) {
    this.forbidden = code + ": " + text;
  }

  function refuse(code, text) {
    throw new Refusal(code, text);
  }

  // ---- reading values that anybody may have sent --------------------------------------------------------------

  function has(object, key) {
    return Object.prototype.hasOwnProperty.call(object, key);
  }

  function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  function printable(name) {
    return String(name).slice(0, 40).replace(/[^\x20-\x7e]/g, "?");
  }

  function longerThan(text, most) { // in characters; those beyond U+FFFF count once
    if (text.length <= most) { return false; }
    if (text.length > 2 * most) { return true; }
    return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g) || []).length > most;
  }

  // ---- exact decimals: whole numbers as limbs of seven digits, least first ------------------------------------
  // The product of two limbs stays below 2^53, so every step is exact in every engine.

  var LIMB = 7;
  var BASE = 10000000;

  function limbsOf(digits) {
    var limbs = [], end;
    for (end = digits.length; end > 0; end -= LIMB) {
      limbs.push(Number(digits.slice(Math.max(0, end - LIMB), end)));
    }
    return limbs;
  }

  function digitsOf(limbs) {
    var digits = "", at;
    for (at = limbs.length - 1; at >= 0; at -= 1) { digits += ("0000000" + limbs[at]).slice(-LIMB); }
    return digits.replace(/^0+(?=[0-9])/, "");
  }

  function add(left, right) {
    var sum = [], carry = 0, at, limb;
    for (at = 0; at < left.length || at < right.length || carry > 0; at += 1) {
      limb = (left[at] || 0) + (right[at] || 0) + carry;
      sum.push(limb % BASE);
      carry = Math.floor(limb / BASE);
    }
    return sum;
  }

  function multiply(left, right) {
    var product = [], i, j, carry, limb;
    for (i = 0; i < left.length; i += 1) {
      carry = 0;
      for (j = 0; j < right.length || carry > 0; j += 1) {
        limb = (product[i + j] || 0) + left[i] * (right[j] || 0) + carry;
        product[i + j] = limb % BASE;
        carry = Math.floor(limb / BASE);
      }
    }
    for (i = 0; i < product.length; i += 1) { product[i] = product[i] || 0; }
    return product;
  }

  function scaled(decimal, places) { // "14.5" with 2 places -> 1450
    var parts = decimal.split(".");
    var fraction = parts[1] || "";
    while (fraction.length < places) { fraction += "0"; }
    return limbsOf(parts[0] + fraction);
  }

  function roundHalfUp(limbs, places) { // drop the last places; amounts are never negative
    var digits = digitsOf(limbs), kept;
    while (digits.length <= places) { digits = "0" + digits; }
    kept = limbsOf(digits.slice(0, -places));
    return digits.charAt(digits.length - places) >= "5" ? add(kept, [1]) : kept;
  }

  function same(left, right) {
    return digitsOf(left) === digitsOf(right);
  }

  function more(left, right) {
    var a = digitsOf(left), b = digitsOf(right);
    return a.length > b.length || (a.length === b.length && a > b);
  }

  function lineAmount(line) { // quantity x unit price x (1 - discount) in cents: 5 + 5 + 4 places, 12 of them dropped
    var share = limbsOf(String(10000 - Number(digitsOf(scaled(line.discount, 4)))));
    return roundHalfUp(multiply(multiply(scaled(line.quantity, 5), scaled(line.unit_price, 5)), share), 12);
  }

  function checkDiscount(off, lines, all) { // off the whole order: its share of the lines, never more than there is
    if (has(off, "share") && !same(roundHalfUp(multiply(lines, scaled(off.share, 4)), 4), scaled(off.amount, 2))) {
      refuse("wrong_discount", "the discount is not its share of the lines");
    }
    if (more(scaled(off.amount, 2), all)) { refuse("wrong_discount", "the discount is more than the order"); }
  }

  function checkAmounts(doc) {
    var total = [0], lines, less = [0], at;
    for (at = 0; at < doc.lines.length; at += 1) {
      if (!same(lineAmount(doc.lines[at]), scaled(doc.lines[at].amount, 2))) {
        refuse("wrong_amount", "line " + (at + 1) + ": the amount is not quantity x unit price less the discount");
      }
      total = add(total, scaled(doc.lines[at].amount, 2));
    }
    lines = total;
    for (at = 0; at < doc.charges.length; at += 1) { total = add(total, scaled(doc.charges[at].amount, 2)); }
    if (has(doc, "discount")) {
      checkDiscount(doc.discount, lines, total);
      less = scaled(doc.discount.amount, 2);
    }
    if (!same(total, add(scaled(doc.total, 2), less))) {
      refuse("wrong_total", "the total is not the sum of the lines and charges less the discount");
    }
  }

  // ---- shapes: each is a function (value, path) that refuses what does not fit --------------------------------

  function text(least, most, forbidden) {
    return function (value, path) {
      if (typeof value !== "string") { refuse("bad_field", path + " must be a text"); }
      if (value.length < least) { refuse("too_short", path + " is empty"); }
      if (longerThan(value, most)) { refuse("too_long", path + " is longer than " + most + " characters"); }
      if ((forbidden || CONTROL).test(value) || LONE_SURROGATE.test(value)) {
        refuse("bad_characters", path + " has characters that are not allowed");
      }
    };
  }

  function pattern(expression, most, expected) {
    return function (value, path) {
      if (typeof value !== "string" || value.length > most || !expression.test(value)) {
        refuse("bad_field", path + " must be " + expected);
      }
    };
  }

  function oneOf(choices) {
    return function (value, path) {
      if (!holds(choices, value)) { refuse("bad_field", path + " must be " + choices.join(" or ")); }
    };
  }

  function decimal(places) {
    return function (value, path) {
      if (typeof value !== "string" || value.length > 13 + places || !DECIMAL.test(value) ||
          (value.split(".")[1] || "").length > places) {
        refuse("bad_field", path + " must be a decimal text such as \"14.50\", with at most " + places + " places");
      }
    };
  }

  function date(value, path) {
    var parts = typeof value === "string" && value.length === 10 ? DATE.exec(value) : null;
    var year, days;
    if (parts !== null) {
      year = Number(parts[1]);
      days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
      if (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) { days[1] = 29; }
    }
    if (parts === null || Number(parts[3]) > days[Number(parts[2]) - 1]) {
      refuse("bad_field", path + " must be a date such as 2026-11-30");
    }
  }

  function time(value, path) {
    var parts = typeof value === "string" && value.length <= 24 ? TIME.exec(value) : null;
    if (parts === null) { refuse("bad_field", path + " must be a UTC time such as 2026-11-30T09:15:00Z"); }
    date(parts[1], path);
  }

  function wholeNumber(least, most) {
    return function (value, path) {
      if (typeof value !== "number" || value % 1 !== 0 || value < least || value > most) {
        refuse("bad_field", path + " must be a whole number from " + least + " to " + most);
      }
    };
  }

  function extra(value, path) {
    if (typeof value === "string") { text(0, 1000, CONTROL_BUT_NEWLINE)(value, path); return; }
    if (typeof value === "object" && value !== null) {
      refuse("bad_field", path + " may hold a text, a number, true, false or null");
    }
  }

  function optional(shape) {
    return {optional: true, shape: shape};
  }

  function checkFields(object, fields, most, path, atTop) {
    var name, count = 0;
    for (name in object) {
      if (has(object, name)) {
        count += 1;
        if (count > most) { refuse("too_many", (path || "the document") + " has more than " + most + " fields"); }
        if (has(fields, name)) {
          (fields[name].shape || fields[name])(object[name], path ? path + "." + name : name);
        } else if (name.slice(0, 2) === "x_") {
          extra(object[name], printable(path ? path + "." + name : name));
        } else if (!atTop || !has(DATABASE_FIELDS, name)) {
          refuse("unknown_field", printable(path ? path + "." + name : name) + " is not known; own ones begin with x_");
        }
      }
    }
    for (name in fields) {
      if (has(fields, name) && !fields[name].optional && !has(object, name)) {
        refuse("missing_field", (path ? path + "." : "") + name + " is missing");
      }
    }
  }

  function record(fields, most) {
    return function (value, path) {
      if (!isObject(value)) { refuse("bad_field", path + " must be an object"); }
      checkFields(value, fields, most, path, false);
    };
  }

  function list(shape, least, most) {
    return function (value, path) {
      var at;
      if (!Array.isArray(value)) { refuse("bad_field", path + " must be a list"); }
      if (value.length < least) { refuse("too_few", path + " is empty"); }
      if (value.length > most) { refuse("too_many", path + " has more than " + most + " entries"); }
      for (at = 0; at < value.length; at += 1) { shape(value[at], path + "[" + at + "]"); }
    };
  }

  function anything() {
    return undefined;
  }

  // ---- the documents ------------------------------------------------------------------------------------------

  function quantity(value, path) {
    decimal(5)(value, path);
    if (/^[0.]+$/.test(value)) { refuse("bad_field", path + " must be more than zero"); }
    if (Number(value.split(".")[0]) > 1000000 || /^1000000\.0*[1-9]/.test(value)) {
      refuse("bad_field", path + " must be at most 1000000");
    }
  }

  function fraction(value, path) {
    decimal(4)(value, path);
    if (!/^(0(\.[0-9]+)?|1(\.0+)?)$/.test(value)) { refuse("bad_field", path + " must be a fraction from 0 to 1"); }
  }

  var orderId = pattern(new RegExp("^order:" + ULID + "$"), 32, "the id of an order");
  var productId = pattern(/^product:[A-Za-z0-9-]{1,64}$/, 72, "the id of a product");
  var customerId = pattern(
    new RegExp("^(customer:[A-Za-z0-9-]{1,64}|custreq:" + ULID + ")$"), 73,
    "the id of a customer or of a customer request");
  var device = pattern(/^[A-Za-z0-9._-]{1,64}$/, 64, "1 to 64 letters, digits, dots, underscores or hyphens");
  var note = text(0, 1000, CONTROL_BUT_NEWLINE);
  var place = optional(text(0, 200));
  var line = record({
    product: productId, name: text(1, 500), quantity: quantity, unit_price: decimal(5), discount: fraction,
    amount: decimal(2)
  }, 16);
  var charge = record({product: productId, name: text(1, 500), amount: decimal(2)}, 16);
  var discount = optional(record({amount: decimal(2), share: optional(fraction)}, 16));
  var signature = optional(record({
    path: pattern(/^M[0-9Ml -]*$/, 4000, "the path of a drawing: M, l, whole numbers and blanks, at most 4000 characters"),
    width: wholeNumber(1, 2000), height: wholeNumber(1, 2000), signed_by: optional(text(0, 100)), signed_at: time
  }, 16));

  function base() { // type, schema and rep have been checked by then
    return {type: anything, schema: anything, rep: anything};
  }

  function kind(fields) {
    var all = base(), name;
    for (name in fields) { if (has(fields, name)) { all[name] = fields[name]; } }
    return all;
  }

  function orderFields() {
    return kind({
      kind: oneOf(["order", "quote"]), device: device, captured_at: time, captured_on: date,
      customer: record({id: customerId, name: text(1, 500)}, 16),
      currency: pattern(/^[A-Z]{3}$/, 3, "a currency code such as USD"),
      lines: list(line, 1, 500), charges: list(charge, 0, 20), discount: discount, total: decimal(2),
      tax: optional(decimal(2)), note: optional(note), po_number: optional(text(0, 30)), deliver_on: optional(date),
      signature: signature,
      ship_to: optional(record(
        {name: place, street: place, city: place, region: place, postal_code: place, country: place}, 16))
    });
  }

  function amendmentFields() {
    return kind({
      order: orderId, device: device, captured_at: time, number: wholeNumber(1, 999), kind: optional(oneOf(["order"])),
      lines: list(line, 1, 500), charges: list(charge, 0, 20), discount: discount, total: decimal(2),
      tax: optional(decimal(2)), note: optional(note), signature: signature
    });
  }

  function cancellationFields() {
    return kind({
      order: orderId, device: device, captured_at: time, reason: optional(text(0, 500, CONTROL_BUT_NEWLINE))
    });
  }

  function customerRequestFields() {
    return kind({
      device: device, captured_at: time, name: text(1, 500, /[\u0000-\u001f\u007f-\u009f:]/),
      email: optional(text(0, 100)), phone: optional(text(0, 30)), contact: optional(text(0, 100)),
      address: optional(record({street: place, city: place, region: place, postal_code: place, country: place}, 16)),
      note: optional(note)
    });
  }

  function receiptFields() {
    var reason = optional(record(
      {code: text(1, 64), text: text(1, 2000, CONTROL_BUT_NEWLINE), who: oneOf(["rep", "office", "admin", "nobody"])}, 16));
    return kind({
      of: pattern(new RegExp("^((order|custreq|cancel):" + ULID + "|amend:" + ULID + ":[1-9][0-9]{0,2})$"), 36,
        "the id of what it answers"),
      state: oneOf(["received", "held", "waiting", "posted", "parked", "amended", "cancelled", "converted"]),
      revision: optional(pattern(/^[1-9][0-9]*-[^\u0000-\u0020]+$/, 200, "a revision")),
      number: pattern(/^RB-[0-9A-HJKMNP-TV-Z]{10}$/, 13, "an order number"),
      estimate: optional(record({
        kind: optional(oneOf(["estimate", "invoice"])), id: text(1, 64), number: optional(text(0, 64)),
        status: optional(text(0, 64)), total: optional(decimal(2)), tax: optional(decimal(2)),
        invoice: optional(text(1, 64))
      }, 16)),
      customer: optional(record({id: optional(text(1, 80)), name: optional(text(1, 500))}, 16)),
      reason: reason, notice: reason, received_at: time, changed_at: time, posted_at: optional(time)
    });
  }

  function answerTo(id) { // order:X, custreq:X: receipt:X; amend:X:1: receipt:X:amend:1; cancel:X: receipt:X:cancel
    var parts = id.split(":");
    var later = parts[0] === "amend" || parts[0] === "cancel" ? ":" + parts[0] : "";
    return "receipt:" + parts[1] + later + (parts[2] === undefined ? "" : ":" + parts[2]);
  }

  function checkSize(doc) {
    var values = 0, characters = 0;
    function measure(value, depth) {
      var name;
      values += 1;
      if (typeof value === "string") { characters += value.length; }
      if (values > 20000 || characters > 400000 || depth > 12) {
        refuse("too_large", "the document is too large; split it in two");
      }
      if (typeof value === "object" && value !== null) {
        for (name in value) {
          if (has(value, name)) { characters += name.length; measure(value[name], depth + 1); }
        }
      }
    }
    measure(doc, 0);
  }

  function checkDraft(doc) {
    if (doc._deleted === true) { return; }
    if (!has(doc, "device")) { refuse("missing_field", "device is missing"); }
    if (!has(doc, "changed_at")) { refuse("missing_field", "changed_at is missing"); }
    device(doc.device, "device");
    time(doc.changed_at, "changed_at");
  }

  // ---- the rules, in order ------------------------------------------------------------------------------------

  function repOf(database, roles) { // the rep this user is; the database's name decides where it is known
    var own = /^orders-/.test(database) ? database.slice(7) : null, found = [], at;
    for (at = 0; at < roles.length; at += 1) {
      if (String(roles[at]).slice(0, 4) === "rep:") { found.push(String(roles[at]).slice(4)); }
    }
    if (own !== null && found.indexOf(own) < 0) { refuse("not_yours", "this is not your database"); }
    if (own === null && found.length !== 1) { refuse("not_yours", "only a rep may write here"); }
    return own === null ? found[0] : own;
  }

  function checkWriteOnce(doc, prefix) {
    var instead = prefix === "order" ? "send an amendment or a cancellation instead" : "send a new one instead";
    var again = "a submitted " + WORDS[prefix] + " is never changed; " + instead;
    if (doc._deleted) { refuse("not_deletable", "a submitted " + WORDS[prefix] + " is never deleted; " + instead); }
    if (oldDoc) { refuse("write_once", again); }
    if (isObject(doc._revisions) && !(doc._revisions.start <= 1)) { refuse("write_once", again); }
    if (typeof doc._rev === "string" && !(parseInt(doc._rev, 10) <= 1)) { refuse("write_once", again); }
  }

  function checkIdentity(doc, prefix, rep) {
    if (doc.type !== TYPES[prefix]) {
      refuse("wrong_type", "the type of a document whose id begins with " + prefix + ": is " + TYPES[prefix]);
    }
    if (doc.schema !== 1) { refuse("schema_version", "this server knows schema 1 only; update the app"); }
    if (typeof doc.rep !== "string" || doc.rep.length > 16 || !REP_ID.test(doc.rep)) {
      refuse("bad_field", "rep must be a rep id");
    }
    if (rep !== null && doc.rep !== rep) { refuse("wrong_rep", "the document names another rep"); }
  }

  function checkId(id, prefix) {
    var rests = {amend: ":[1-9][0-9]{0,2}", receipt: "(:amend:[1-9][0-9]{0,2}|:cancel)?"};
    if (id.length > 48 || !new RegExp("^" + prefix + ":" + ULID + (rests[prefix] || "") + "$").test(id)) {
      refuse("bad_id", "the id begins with " + prefix + ":, then a ULID" + (prefix === "amend" ? ", then :1" : ""));
    }
  }

  function checkContent(doc, prefix) {
    var ulid = doc._id.split(":")[1];
    if (prefix === "order") {
      checkFields(doc, orderFields(), 40, "", true);
      checkAmounts(doc);
    } else if (prefix === "amend") {
      checkFields(doc, amendmentFields(), 40, "", true);
      if (doc._id !== "amend:" + doc.order.slice(6) + ":" + doc.number) {
        refuse("bad_id", "the id of an amendment is amend:, its order's ULID and its number");
      }
      checkAmounts(doc);
    } else if (prefix === "cancel") {
      checkFields(doc, cancellationFields(), 40, "", true);
      if (doc.order !== "order:" + ulid) {
        refuse("bad_id", "the id of a cancellation is cancel: and its order's ULID");
      }
    } else if (prefix === "custreq") {
      checkFields(doc, customerRequestFields(), 40, "", true);
    } else if (prefix === "receipt") {
      checkFields(doc, receiptFields(), 40, "", true);
      if (doc._id !== answerTo(doc.of)) { refuse("bad_id", "the id of a receipt follows from what it answers"); }
      if (doc.number !== "RB-" + ulid.slice(-10)) {
        refuse("bad_field", "number must be RB- and the ULID's last ten characters");
      }
    }
  }

  function check(doc, user) {
    var roles = Array.isArray(user.roles) ? user.roles : [];
    var database = typeof user.db === "string" ? user.db : "";
    var id = typeof doc._id === "string" ? doc._id : "";
    var prefix = id.slice(0, Math.max(0, id.slice(0, 20).indexOf(":")));
    var rep;
    if (holds(roles, "_admin")) { return; }
    if (!has(TYPES, prefix)) {
      refuse("unknown_kind", "only orders, amendments, cancellations, customer requests and drafts are kept here");
    }
    if (prefix === "receipt") {
      if (!holds(roles, "connector")) { refuse("connector_only", "receipts are written by the connector"); }
      rep = /^orders-/.test(database) ? database.slice(7) : null;
    } else if (holds(roles, "connector")) {
      refuse("rep_only", "the connector writes receipts and nothing else");
    } else {
      rep = repOf(database, roles);
    }
    checkId(id, prefix);
    if (has(doc, "_attachments")) { refuse("attachments", "attachments are not allowed"); }
    if (prefix !== "draft" && prefix !== "receipt") { checkWriteOnce(doc, prefix); }
    if (prefix === "custreq" && holds(roles, "no_new_customers")) {
      refuse("no_new_customers", "the office adds customers; ask it for this one");
    }
    checkSize(doc);
    if (doc._deleted !== true) { checkIdentity(doc, prefix, rep); }
    if (prefix === "draft") { checkDraft(doc); } else if (doc._deleted !== true) { checkContent(doc, prefix); }
  }

  try {
    check(newDoc, userCtx);
  } catch (error) {
    if (error instanceof Refusal) { throw {forbidden: error.forbidden}; }
    throw {forbidden: "guard_error: this document cannot be checked: " + printable(error && error.message)};
  }
}
