function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of ages: the connector writes when QuickBooks was read, everybody else reads it.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  if (holds(userCtx.roles, "_admin")) { return; }
  if (!holds(userCtx.roles, "connector")) {
    throw {forbidden: "connector_only: the connector says how old what it copied from QuickBooks is"};
  }
  if (!/^ages:./.test(newDoc._id)) {
    throw {forbidden: "unknown_kind: only the age of what was copied is kept here"};
  }
}
