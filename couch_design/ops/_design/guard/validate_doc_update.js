function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of ops: the console's people and the connector write, nobody else.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  var roles = userCtx.roles;
  if (!holds(roles, "_admin") && !holds(roles, "admin") && !holds(roles, "ops") && !holds(roles, "connector")) {
    throw {forbidden: "ops_only: only the office and the connector write here"};
  }
}
