// Brings this device and the server together: the same steps by themselves and for "Sync now". Push first, then pull.
import {waitAfter} from './backoff.js';
import {livePull, pull, push, SignInNeeded} from './replication.js';
import {lossBy, reportOf, send} from './report.js';
import {codeOf, phaseOf} from './trouble.js';

const SETTLE = 400; // milliseconds between what is handed in on this device and its push, so that a burst goes together
const SETTLE_DRAFT = 5_000; // a draft changes with every tap
const EVERY = 300_000; // milliseconds between syncs while nothing happens on this device

const NO_MEMORY = {read: () => ({}), write: () => {}};

export const PHASES = ['idle', 'syncing', 'live', 'offline', 'sign_in', 'failing'];

/**
 * `state` is {phase, at, signed_in_at, error, code, pushed, pulled}; a "state" event follows each change. Phases: idle (not
 * started), syncing, live (up to date, listening), offline (no server to be reached), sign_in (the session is over; capture
 * goes on), failing (something else, `error` and `code` say what). Everything but `orders` may be slow: `replicas` are read-only
 * databases, each with `refresh()`. `memory` {read(), write(state)} keeps `at` and `signed_in_at` over a restart; `facts()` is
 * what the report says of the browser; `onLoss(loss)` hears when the server's last report knows more than this device holds.
 */
export class Sync extends EventTarget {
  #parts;
  #underway = null;
  #next = null; // the sync that somebody asked for while one was under way
  #stopped = false;
  #beside = null;
  #again = false; // there was reason to sync while one was under way
  #timer = null;
  #due = Infinity; // when the timer runs out
  #stopLive = null;
  #feed = null;
  #failures = 0;

  constructor({local, remote, replicas = [], whoAmI, lastStatus, identity, app, ...more}) {
    super();
    const {facts = async () => ({}), onLoss = () => {}, memory = NO_MEMORY, now = () => new Date()} = more;
    this.#parts = {local, remote, replicas, whoAmI, lastStatus, identity, app, facts, onLoss, memory, now};
    this.state = {phase: 'idle', at: null, signed_in_at: null, error: null, code: null, pushed: 0, pulled: 0, ...memory.read()};
  }

  /** Sync now and whenever there is reason to: a change here, news there, the network coming back, five quiet minutes. */
  start() {
    const {local} = this.#parts;
    this.#stopped = false;
    this.#feed = local.changes({since: 'now', live: true, include_docs: true});
    this.#feed.on('change', ({id, doc}) => {
      if (id.startsWith('draft:')) this.#wakeIn(SETTLE_DRAFT);
      else if (doc.device === this.#parts.identity.device) this.#wakeIn(SETTLE);
    });
    globalThis.addEventListener?.('online', this.#onOnline);
    globalThis.addEventListener?.('offline', this.#onOffline);
    globalThis.document?.addEventListener('visibilitychange', this.#onVisible);
    return this.syncNow();
  }

  /** Everything, once, in a sync that begins after the call: one under way may have pushed already. Never rejects. */
  syncNow() {
    if (!this.#underway) return this.#begin();
    this.#next ??= this.#underway.then(() => {
      this.#next = null;
      return this.#stopped ? this.state : this.#underway ?? this.#begin();
    });
    return this.#next;
  }

  #begin() {
    this.#underway = this.#run().finally(() => { this.#underway = null; });
    return this.#underway;
  }

  stop() {
    this.#stopped = true;
    this.#sleep();
    this.#feed?.cancel();
    this.#listenNoMore();
    globalThis.removeEventListener?.('online', this.#onOnline);
    globalThis.removeEventListener?.('offline', this.#onOffline);
    globalThis.document?.removeEventListener('visibilitychange', this.#onVisible);
    this.#feed = null;
    return Promise.all([this.#underway, this.#beside]).then(() => this.state);
  }

  #onOnline = () => {
    this.#failures = 0;
    this.#wakeIn(0);
  };

  #onOffline = () => this.#wakeIn(0); // the browser may be wrong either way: ask the server

  #onVisible = () => {
    if (document.visibilityState === 'visible') this.#onOnline(); // timers sleep while nobody looks
  };

  async #run() {
    this.#sleep();
    this.#listenNoMore();
    this.#become({phase: 'syncing'});
    const {local, remote, replicas, whoAmI, lastStatus, identity, now} = this.#parts;
    try {
      const who = await whoAmI();
      if (who?.rep !== identity.rep) throw new SignInNeeded();
      this.#become({signed_in_at: now().toISOString()});
      const {sent} = await push(local, remote, lastStatus);
      const pulled = await pull(local, remote);
      this.#become({at: now().toISOString(), pushed: sent.length, pulled});
      if (this.#feed) this.#listen(); // orders and receipts do not wait for a catalogue
      const troubles = (await Promise.allSettled(replicas.map((replica) => replica.refresh()))).filter(({reason}) => reason);
      if (troubles.length) throw troubles[0].reason;
      this.#failures = 0;
      this.#become({phase: 'live', error: null, code: null});
    } catch (error) {
      this.#failures += 1;
      this.#become({phase: phaseOf(error), error: error.message ?? String(error), code: codeOf(error)});
    }
    await this.#tellServer();
    if (this.#feed) this.#goOn();
    return this.state;
  }

  /** Send what is handed in while the replicas are refreshed: a first catalogue may take long. */
  async #pushBeside() {
    const {local, remote, lastStatus, now} = this.#parts;
    try {
      await push(local, remote, lastStatus);
      this.#become({at: now().toISOString()});
    } catch { /* the sync that follows says what it was */ }
  }

  #goOn() {
    if (this.#again) this.#wakeIn(0);
    this.#again = false;
    if (this.state.phase === 'sign_in') return; // a prompt leads on, and it calls syncNow
    if (this.state.phase !== 'live') {
      this.#wakeIn(waitAfter(this.#failures, this.state.phase === 'offline'));
      return;
    }
    this.#wakeIn(EVERY);
  }

  #listen() {
    const {local, remote} = this.#parts;
    this.#stopLive = livePull(local, remote, () => this.#wakeIn(0));
  }

  /** Leave a report at the server now; `leftAt` says that the rep has left this device. Resolves to whether it is there. */
  async tellServer({leftAt = null} = {}) {
    const {local, remote, identity, app, facts, onLoss, now} = this.#parts;
    try {
      const report = await reportOf(local, {identity, app, at: now(), sync: this.state, facts: await facts(), leftAt});
      const before = await send(remote, identity.device, report);
      const loss = leftAt ? null : lossBy(before, report);
      if (loss) onLoss(loss);
      return true;
    } catch {
      return false; // a report is help for the office; the next sync brings another
    }
  }

  async #tellServer() {
    if (this.state.phase !== 'offline' && this.state.phase !== 'sign_in') await this.tellServer();
  }

  #listenNoMore() {
    this.#stopLive?.();
    this.#stopLive = null;
  }

  #wakeIn(milliseconds) { // whatever comes first
    const due = performance.now() + milliseconds;
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      if (!this.#underway) return void this.syncNow();
      this.#again = true;
      if (this.#stopLive) this.#beside ??= this.#pushBeside().finally(() => { this.#beside = null; });
    }, milliseconds);
  }

  #sleep() {
    clearTimeout(this.#timer);
    this.#due = Infinity;
  }

  #become(change) {
    this.state = {...this.state, ...change};
    const {at, signed_in_at} = this.state;
    if (change.at || change.signed_in_at) this.#parts.memory.write({at, signed_in_at});
    this.dispatchEvent(new Event('state'));
  }
}
