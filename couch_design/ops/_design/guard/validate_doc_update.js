function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of ops: the console's people and the connector write, nobody else. What `roadbook design` keeps there
  // becomes a guard again when it is rolled back, so only those write it who may write guards. The audit trail is written
  // by the console and the command line, once; a person's own account may not write into it.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  var roles = userCtx.roles;
  if (holds(roles, "_admin")) { return; }
  if (!holds(roles, "admin") && !holds(roles, "ops") && !holds(roles, "connector")) {
    throw {forbidden: "ops_only: only the office and the connector write here"};
  }
  if (/^deploy/.test(newDoc._id)) {
    throw {forbidden: "admin_only: deployments are put on record by roadbook design and by nobody else"};
  }
  // By its type, too: the trail is also looked through by type, whatever a document's id.
  if (!/^audit:/.test(newDoc._id) && newDoc.type !== "audit") { return; }
  if (!holds(roles, "connector")) {
    throw {forbidden: "connector_only: the audit trail is written by Roadbook itself"};
  }
  if (newDoc._deleted) {
    throw {forbidden: "not_deletable: what somebody did stays in the audit trail"};
  }
  if (oldDoc || (newDoc._revisions && newDoc._revisions.start > 1)) {
    throw {forbidden: "write_once: what somebody did is not changed afterwards"};
  }
}
