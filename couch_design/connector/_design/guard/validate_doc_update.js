function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of connector: its own account writes, ledger rows stay, and the lease's fence never goes down, so that a
  // connector that lost its lease without noticing cannot overwrite the work of the one that took over.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  function isFence(value) {
    return typeof value === "number" && value >= 0 && value % 1 === 0;
  }

  if (holds(userCtx.roles, "_admin")) { return; }
  if (!holds(userCtx.roles, "connector")) {
    throw {forbidden: "connector_only: only the connector writes here"};
  }
  if (newDoc.type !== "ledger" && !(oldDoc && oldDoc.type === "ledger") && !/^ledger:/.test(newDoc._id)) { return; }
  if (newDoc._deleted) {
    throw {forbidden: "not_deletable: a ledger row is kept for ever"};
  }
  if (newDoc.type !== "ledger") {
    throw {forbidden: "wrong_type: a ledger row stays a ledger row"};
  }
  if (!isFence(newDoc.fence)) {
    throw {forbidden: "bad_field: fence must be a whole number from 0"};
  }
  if (oldDoc && isFence(oldDoc.fence) && newDoc.fence < oldDoc.fence) {
    throw {forbidden: "stale_fence: another connector has taken over the lease"};
  }
}
