function (newDoc, oldDoc, userCtx, secObj) {
  "use strict";
  // The guard of ops: the console's people and the connector write, nobody else. What `roadbook design` keeps there
  // becomes a guard again when it is rolled back, so only those write it who may write guards.

  function holds(list, value) {
    return Array.isArray(list) && list.indexOf(value) >= 0;
  }

  var roles = userCtx.roles;
  if (!holds(roles, "_admin") && !holds(roles, "admin") && !holds(roles, "ops") && !holds(roles, "connector")) {
    throw {forbidden: "ops_only: only the office and the connector write here"};
  }
  if (/^deploy/.test(newDoc._id) && !holds(roles, "_admin")) {
    throw {forbidden: "admin_only: deployments are put on record by roadbook design and by nobody else"};
  }
}
