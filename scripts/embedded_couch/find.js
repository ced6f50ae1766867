'use strict';
/** Mango: POST /{db}/_find and _explain, and the indexes. */

const {Refusal, badRequest, notFound} = require('./refusal');

const DEFAULT_LIMIT = 25;

/** _find: pages over what pouchdb-find returns, as that counts its limit before all conditions have been looked at. */
async function find(exchange) {
  const asked = await query(exchange);
  const {selector, limit = DEFAULT_LIMIT, skip = 0, bookmark, execution_stats: statistics, ...rest} = asked;
  if (!selector || typeof selector !== 'object') {
    throw new Refusal(400, 'missing_required_key', 'Missing required key: selector');
  }
  const from = bookmark && bookmark !== 'nil' ? position(bookmark) : skip;
  const found = await exchange.database
    .find({selector, ...rest, limit: Number.MAX_SAFE_INTEGER})
    .catch((error) => { throw refusalFor(error); });
  const docs = found.docs.slice(from, from + Number(limit));
  return exchange.json(200, {
    docs,
    bookmark: Buffer.from(String(from + docs.length)).toString('base64'),
    ...(found.warning ? {warning: found.warning} : {}),
    ...(statistics ? {execution_stats: {results_returned: docs.length}} : {}),
  });
}

/** _explain: which index a query would use. */
async function explain(exchange) {
  const asked = await query(exchange);
  return exchange.json(200, await exchange.database.explain(asked).catch((error) => { throw refusalFor(error); }));
}

/** GET lists the indexes, POST makes one. */
async function indexes(exchange) {
  const {database, method} = exchange;
  if (method === 'GET' || method === 'HEAD') return exchange.json(200, await database.getIndexes());
  const wanted = await exchange.object({required: true});
  return exchange.json(200, await database.createIndex(wanted).catch((error) => { throw refusalFor(error); }));
}

/** DELETE /{db}/_index/_design/{name}/{type}/{index}, also without _design. */
async function removeIndex(exchange) {
  const [design, type, name] = exchange.address.segments.slice(2).filter((segment) => segment !== '_design');
  if (name === undefined) throw notFound('missing');
  await exchange.database.deleteIndex({ddoc: `_design/${design}`, type, name});
  return exchange.json(200, {ok: true});
}

async function query(exchange) {
  const asked = await exchange.object({required: true});
  if (Array.isArray(asked.use_index)) {
    const [design, ...name] = asked.use_index;
    asked.use_index = [String(design).replace(/^_design\//, ''), ...name];
  }
  return asked;
}

// A bookmark is the number of results before it: not stable under writes, but exact between them.
function position(bookmark) {
  const number = Number(Buffer.from(String(bookmark), 'base64').toString());
  if (!Number.isInteger(number) || number < 0) throw new Refusal(400, 'invalid_bookmark', 'Invalid bookmark value');
  return number;
}

function refusalFor(error) {
  const reason = error.reason || error.message || String(error);
  if (error.status >= 500 && !/sort|operator|index/i.test(reason)) return error;
  if (/sort/i.test(reason)) return new Refusal(400, 'no_usable_index', reason);
  return /unknown operator/.test(reason) ? new Refusal(400, 'invalid_operator', reason) : badRequest(reason);
}

module.exports = {explain, find, indexes, removeIndex};
