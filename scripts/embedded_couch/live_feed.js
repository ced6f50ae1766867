'use strict';
/** An answer that stays open: heartbeats, the time limit, and clean-up when either side goes away. */

const LONGEST_SILENCE = 60_000; // milliseconds a feed without heartbeat stays open with nothing to say

/** One open answer. Calls `onEnd` once, whoever ends it. */
class LiveFeed {
  constructor({request, response, query}, contentType = 'application/json') {
    this.response = response;
    // Not request.destroyed: that is true as soon as a body has been read.
    this.ended = response.destroyed || request.socket.destroyed;
    this.onEnd = () => {};
    this.onSilence = () => this.end();
    if (this.ended) return;
    this.heartbeat = query.heartbeat === true ? LONGEST_SILENCE : Number(query.heartbeat) || 0;
    this.patience = this.heartbeat ? 0 : Math.min(Number(query.timeout) || LONGEST_SILENCE, LONGEST_SILENCE);
    response.on('close', () => this.end());
    response.status(200).type(contentType);
    response.flushHeaders();
    if (this.heartbeat) this.beating = setInterval(() => response.write('\n'), this.heartbeat);
    this.restartPatience();
  }

  /** Send something; the time limit starts again. */
  write(text) {
    if (this.ended) return;
    this.response.write(text);
    this.restartPatience();
  }

  /** Send the last words and close. */
  end(text = '') {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.beating);
    clearTimeout(this.waiting);
    this.response.end(text);
    this.onEnd();
  }

  restartPatience() {
    clearTimeout(this.waiting);
    if (this.patience) this.waiting = setTimeout(() => this.onSilence(), this.patience);
  }
}

module.exports = {LiveFeed};
