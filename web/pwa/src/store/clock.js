// This device's clock beside the server's, remembered over a restart: what is captured carries the true time where it is known.
import {corrected, skewAt, skewOf, WRONG} from '../sync/clock.js';

const CLOCK = 'roadbook.clock';
const NOTE_EVERY = 60_000; // milliseconds between two notes of the latest time shown

/** `state` is {skew, wrong}: seconds ahead of the server (null: not known), and whether that is too much. A "state" event follows each change. */
export class Clock extends EventTarget {
  #measured;
  #storage;
  #device;

  constructor(storage = localStorage, device = () => Date.now()) {
    super();
    this.#storage = storage;
    this.#device = device;
    this.#measured = recalled(storage);
    this.state = this.#look();
  }

  /** Hear what the server's clock says: its Date header, and when it was asked and answered (this device's milliseconds). */
  heard(date, sent, received) {
    const skew = skewOf(date, sent, received);
    if (skew === null) return;
    this.#measured = {skew, at: received, latest: received};
    this.#keep();
    this.state = this.#look();
    this.dispatchEvent(new Event('state'));
  }

  /** The true time as far as it is known, as a Date. */
  now() {
    const now = this.#device();
    const skew = skewAt(this.#measured, now);
    if (skew !== null && now > this.#measured.latest + NOTE_EVERY) {
      this.#measured.latest = now;
      this.#keep();
    }
    return corrected(now, skew);
  }

  /** Seconds by which what `now()` says differs from this device's clock; 0 where it does not. */
  get correction() {
    const {skew, wrong} = this.#look();
    return wrong ? skew : 0;
  }

  #look() {
    const skew = skewAt(this.#measured, this.#device());
    return {skew, wrong: Math.abs(skew ?? 0) >= WRONG};
  }

  #keep() {
    try {
      this.#storage.setItem(CLOCK, JSON.stringify(this.#measured));
    } catch { /* no room: it is measured again at the next sync */ }
  }
}

function recalled(storage) {
  try {
    const found = JSON.parse(storage.getItem(CLOCK));
    return Number.isFinite(found?.skew) && Number.isFinite(found.at) ? found : null;
  } catch {
    return null;
  }
}
