'use strict';
/** The filters of a changes feed: the built-in ones and the functions in design documents. */

const {designFunction} = require('./design_function');
const {Refusal, badRequest, notFound} = require('./refusal');

/** The options that make PouchDB's changes feed obey the request's filter. Throws a Refusal for an unknown filter. */
async function filterOptions(exchange, body) {
  const {query} = exchange;
  const name = query.filter;
  if (name === undefined) return {};
  if (name === '_selector') {
    if (!body.selector) throw badRequest('selector must be given');
    return {selector: body.selector};
  }
  if (name === '_doc_ids') {
    const ids = body.doc_ids || query.doc_ids;
    if (!Array.isArray(ids)) throw badRequest('doc_ids must be given as a list');
    return {doc_ids: ids};
  }
  if (name === '_design') return {filter: (document) => document._id.startsWith('_design/')};
  if (name === '_view') return {filter: '_view', view: query.view};
  return {filter: await designFilter(exchange, String(name))};
}

async function designFilter(exchange, path) {
  const {database, request, actor, address, security} = exchange;
  const [designName, functionName] = path.split('/');
  const design = await database.get(`_design/${designName}`).catch(() => null);
  const filter = design && designFunction(design, ['filters', functionName]);
  if (!filter) throw notFound(`missing json key: ${functionName}`);
  const shown = {
    query: Object.fromEntries(new URL(request.originalUrl, 'http://localhost').searchParams),
    userCtx: {db: address.top, ...actor},
    secObj: security,
    method: request.method,
    headers: request.headers,
    peer: request.ip,
  };
  return (document) => {
    const {value, failed, name} = filter.call(document, shown);
    if (failed !== undefined) throw new Refusal(500, name, failed);
    return value;
  };
}

module.exports = {filterOptions};
