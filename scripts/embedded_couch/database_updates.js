'use strict';
/** GET /_db_updates: which databases were created, changed or deleted. Remembered while the process lives. */

const {EventEmitter} = require('node:events');
const {LiveFeed} = require('./live_feed');

const MOST_REMEMBERED = 5000;

/** The events of this process. Their sequence numbers grow over restarts, as they begin at the time of the start. */
class DatabaseUpdates extends EventEmitter {
  constructor() {
    super();
    this.setMaxListeners(0);
    this.started = Date.now();
    this.last = this.started;
    this.forgotten = this.started; // events up to here are no longer known one by one
    this.remembered = [];
  }

  /** Note an event; `type` is created, updated or deleted. */
  add(name, type) {
    this.last += 1;
    this.remembered.push({db_name: name, type, seq: sequence(this.last)});
    if (this.remembered.length > MOST_REMEMBERED) this.forgotten = Number.parseInt(this.remembered.shift().seq, 10);
    this.emit('event', this.remembered.at(-1));
  }

  /** The events after a number. For a time that is forgotten every database may have changed, and is named. */
  async since(number, names) {
    const known = this.remembered.filter(({seq}) => Number.parseInt(seq, 10) > number);
    if (number >= this.forgotten) return known;
    const all = (await names()).map((name) => ({db_name: name, type: 'updated', seq: sequence(this.forgotten)}));
    return [...all, ...known];
  }
}

const sequence = (number) => `${number}-embedded`;

/** Answers the request: at once, at the next event (longpoll), or event by event (continuous). */
async function databaseUpdates(exchange) {
  const {query, server: {updates, storage}} = exchange;
  const from = query.since === 'now' ? updates.last : Number.parseInt(query.since, 10) || 0;
  const limit = query.limit === undefined ? Infinity : Math.max(0, Number(query.limit) || 0);
  const events = (await updates.since(from, () => storage.names())).slice(0, limit);
  if (query.feed === 'continuous') return continuous(exchange, events, updates, limit);
  if (query.feed === 'longpoll' && !events.length && limit) return longPoll(exchange, updates);
  return exchange.json(200, {results: events, last_seq: events.length ? events.at(-1).seq : sequence(updates.last)});
}

function continuous(exchange, events, updates, limit) {
  const feed = new LiveFeed(exchange);
  let left = limit;
  const close = () => feed.end(JSON.stringify({last_seq: sequence(updates.last)}) + '\n');
  const send = (event) => {
    feed.write(JSON.stringify(event) + '\n');
    left -= 1;
    if (left <= 0) close();
  };
  feed.onSilence = close;
  feed.onEnd = () => updates.off('event', send);
  updates.on('event', send);
  events.forEach(send);
  if (feed.ended) updates.off('event', send);
}

function longPoll(exchange, updates) {
  const feed = new LiveFeed(exchange);
  const answer = (results, last) => feed.end(JSON.stringify({results, last_seq: last}) + '\n');
  const send = (event) => answer([event], event.seq);
  feed.onSilence = () => answer([], sequence(updates.last));
  feed.onEnd = () => updates.off('event', send);
  updates.on('event', send);
  if (feed.ended) updates.off('event', send);
}

module.exports = {DatabaseUpdates, databaseUpdates};
