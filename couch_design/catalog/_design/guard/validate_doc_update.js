function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of catalog: the connector writes what QuickBooks says, everybody else reads.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  if (holds(userCtx.roles, "_admin")) { return; }
  if (!holds(userCtx.roles, "connector")) {
    throw {forbidden: "connector_only: the catalog comes from QuickBooks and is not changed here"};
  }
  if (!/^(product|tax|term|price|settings):./.test(newDoc._id)) {
    throw {forbidden: "unknown_kind: the catalog holds products, tax codes, terms, price lists and settings"};
  }
}
