'use strict';
/** POST /{db}/_bulk_get, _revs_diff and _missing_revs: what replicators ask before and while they copy. */

const {badRequest} = require('./refusal');

/** _bulk_get: each revision that is asked for, found or with the reason why not. */
async function bulkGet(exchange) {
  const {database, query} = exchange;
  const {docs: wanted} = await exchange.object({required: true});
  if (!Array.isArray(wanted)) throw badRequest("Missing JSON list of 'docs'.");
  const options = {
    revs: query.revs === true, attachments: query.attachments === true, latest: query.latest === true,
  };
  const results = await Promise.all(wanted.map(async ({id, rev}) => {
    try {
      return {id, docs: [{ok: await database.get(id, {...options, rev})}]};
    } catch (error) {
      const why = {id, rev: rev || 'undefined', error: error.name || 'not_found', reason: error.reason || 'missing'};
      return {id, docs: [{error: why}]};
    }
  }));
  return exchange.json(200, {results});
}

/** _revs_diff: which of the named revisions this database does not have. */
async function revisionDifferences(exchange) {
  return exchange.json(200, await difference(exchange));
}

/** _missing_revs: the same in an older form. */
async function missingRevisions(exchange) {
  const found = Object.entries(await difference(exchange));
  return exchange.json(200, {missing_revs: Object.fromEntries(found.map(([id, {missing}]) => [id, missing]))});
}

async function difference(exchange) {
  const named = await exchange.object({required: true});
  if (!Object.values(named).every(Array.isArray)) throw badRequest('Request body must map ids to arrays of revisions.');
  return exchange.database.revsDiff(named);
}

module.exports = {bulkGet, missingRevisions, revisionDifferences};
