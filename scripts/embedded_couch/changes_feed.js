'use strict';
/** GET and POST /{db}/_changes: normal, longpoll, continuous and eventsource. */

const {filterOptions} = require('./changes_filter');
const {LiveFeed} = require('./live_feed');
const {pendingAfter} = require('./pending_changes');
const {badRequest} = require('./refusal');

const LIVE = new Set(['continuous', 'longpoll', 'eventsource']);

/** Answers the request. */
async function changes(exchange) {
  const {query, database, method} = exchange;
  const body = method === 'POST' ? await exchange.object() : {};
  const wanted = {
    since: await startingPoint(database, query.since ?? query['last-event-id'] ?? 0),
    limit: limitOf(query.limit),
    options: {
      style: query.style,
      include_docs: query.include_docs === true,
      conflicts: query.conflicts === true,
      attachments: query.attachments === true,
      descending: query.descending === true,
      ...(await filterOptions(exchange, body)),
    },
  };
  if (!LIVE.has(query.feed)) return exchange.json(200, await page(database, wanted));
  if (query.feed === 'longpoll') {
    const found = await page(database, wanted);
    if (found.results.length || wanted.limit === 0) return exchange.json(200, found);
    wanted.since = Math.max(wanted.since, found.last_seq);
  }
  return follow(exchange, wanted);
}

async function startingPoint(database, since) {
  if (since === 'now') return (await database.info()).update_seq;
  if (!/^\d+$/.test(String(since))) throw badRequest("Malformed sequence supplied in 'since' parameter.");
  return Number(since);
}

function limitOf(limit) {
  if (limit === undefined) return Infinity;
  if (!Number.isInteger(limit) || limit < 0) throw badRequest('limit must be a whole number, 0 or greater');
  return limit;
}

// PouchDB takes a limit of 0 for 1; CouchDB returns nothing but still counts what is pending.
async function page(database, {since, limit, options}) {
  if (limit === 0) return {results: [], last_seq: since, pending: await pendingAfter(database, since)};
  const bounded = limit === Infinity ? {} : {limit};
  const {results, last_seq: last} = await database.changes({...options, ...bounded, since});
  const more = results.length >= limit && !options.descending;
  return {results, last_seq: last, pending: more ? await pendingAfter(database, last) : 0};
}

/** The ways in which a live feed writes a change and its last words. */
const WORDING = {
  continuous: {
    type: 'application/json',
    change: (change) => JSON.stringify(change) + '\n',
    end: (last) => JSON.stringify({last_seq: last, pending: 0}) + '\n',
  },
  eventsource: {
    type: 'text/event-stream',
    change: (change) => `data: ${JSON.stringify(change)}\nid: ${change.seq}\n\n`,
    end: () => '',
  },
  longpoll: {
    type: 'application/json',
    change: (change) => `{"results":[\n${JSON.stringify(change)}\n`,
    end: (last, sent) => `${sent ? '' : '{"results":[\n'}],\n"last_seq":${JSON.stringify(last)},"pending":0}\n`,
  },
};

function follow(exchange, {since, limit, options}) {
  const {query, database} = exchange;
  const wording = WORDING[query.feed];
  const most = query.feed === 'longpoll' ? 1 : limit;
  const feed = new LiveFeed(exchange, wording.type);
  let sent = 0;
  let last = since;
  const close = () => feed.end(wording.end(last, sent));
  feed.onSilence = close;
  if (feed.ended) return;
  if (most === 0) {
    close();
    return;
  }
  const source = database.changes({...options, since, live: true, return_docs: false});
  feed.onEnd = () => source.cancel();
  source.on('change', (change) => {
    if (feed.ended) return;
    last = change.seq;
    feed.write(wording.change(change));
    sent += 1;
    if (sent >= most) close();
  });
  source.on('complete', close); // the database was deleted
  source.on('error', (error) => {
    console.error('changes feed:', error.reason || error.message);
    close();
  });
}

module.exports = {changes};
