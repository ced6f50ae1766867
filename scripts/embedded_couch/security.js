'use strict';
/** A database's own record: its `_security` and the moment it was created, in one local document. */

const {badRequest} = require('./refusal');

/** No request may touch this document: it decides who may do what. Local documents are not replicated. */
const RECORD = '_local/_security';
const SERVER_ADMINISTRATORS_ONLY = {members: {roles: ['_admin']}, admins: {roles: ['_admin']}};

/** The security object; a database without one is for server administrators only, as in CouchDB 3. */
async function readSecurity(database) {
  return (await readRecord(database)).security || SERVER_ADMINISTRATORS_ONLY;
}

/** Replace the security object. Throws a Refusal when its shape is wrong. */
async function writeSecurity(database, security) {
  for (const section of ['members', 'admins']) {
    const part = security[section];
    if (part === undefined) continue;
    if (part === null || typeof part !== 'object' || Array.isArray(part)) {
      throw badRequest(`${section} must be a JSON object`);
    }
    for (const list of ['names', 'roles']) {
      const names = part[list] ?? [];
      if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
        throw badRequest(`${section}.${list} must be a list of strings`);
      }
    }
  }
  await change(database, (record) => ({...record, security}));
}

/** A text that stays the same for as long as the database lives: microseconds since 1970 at its creation. */
async function instanceStartTime(database) {
  const {created} = await readRecord(database);
  return created || (await change(database, (record) => ({created: newStartTime(), ...record}))).created;
}

let last = 0;
function newStartTime() {
  last = Math.max(last + 1, Math.round((performance.timeOrigin + performance.now()) * 1000));
  return String(last);
}

async function readRecord(database) {
  try {
    return await database.get(RECORD);
  } catch (error) {
    if (error.status === 404) return {};
    throw error;
  }
}

async function change(database, edit) {
  for (;;) {
    const record = edit({_id: RECORD, ...(await readRecord(database))});
    try {
      await database.put(record);
      return record;
    } catch (error) {
      if (error.status !== 409) throw error; // somebody else was faster: once more, on top of that
    }
  }
}

module.exports = {RECORD, instanceStartTime, readSecurity, writeSecurity};
