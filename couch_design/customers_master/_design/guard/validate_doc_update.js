function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of customers, the master copy: the connector writes what QuickBooks says; devices never read it.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  if (holds(userCtx.roles, "_admin")) { return; }
  if (!holds(userCtx.roles, "connector")) {
    throw {forbidden: "connector_only: customers come from QuickBooks; send a customer request instead"};
  }
  if (!/^customer:./.test(newDoc._id)) {
    throw {forbidden: "unknown_kind: only customers are kept here"};
  }
}
