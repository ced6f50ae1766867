// The two endpoints that a Roadbook server adds under a database's own address: _snapshot and _delta.
import {BrokenSnapshot, Refused, ServerTrouble, Unreachable} from './errors.js';

const DELTA_LIMIT = 1000; // changes in one answer of _delta
const BUSY_ATTEMPTS = 10; // while a snapshot is being built
const LONGEST_WAIT = 5; // seconds between them

/** A database's address as the service of its snapshots. */
export class Service {
  constructor(address, fetch = globalThis.fetch.bind(globalThis)) {
    this.address = address;
    this.fetch = fetch;
    this.withoutDelta = false; // until the page is loaded again
  }

  /** What snapshot there is, or null: this server offers none. Rejects with Unreachable, Refused, ServerTrouble. */
  async manifest() {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#get('_snapshot');
        return answer && await this.#json(answer);
      } catch (error) {
        if (error.reason !== 'busy' || attempt === BUSY_ATTEMPTS) throw error;
        await new Promise((resolve) => { setTimeout(resolve, error.seconds * 1000); });
      }
    }
  }

  /** The body of a snapshot as it comes; null when that snapshot is gone and another one has taken its place. */
  async body(path) {
    return this.#get(path);
  }

  /** The changes since a sequence, or null: this server offers none, and is not asked again. */
  async delta(since) {
    if (this.withoutDelta) return null;
    const answer = await this.#get(`_delta?since=${encodeURIComponent(since)}&limit=${DELTA_LIMIT}`);
    this.withoutDelta = !answer;
    return answer && this.#json(answer);
  }

  // Nothing of this stays in the browser's own cache: customers of another territory must leave no copy behind.
  async #get(path) {
    const answer = await this.#fetch(`${this.address}/${path}`);
    if (answer.ok) return answer;
    const {error: reason} = await answer.json().catch(() => ({}));
    if (answer.status === 404) return null;
    // A reverse proxy that knows nothing of snapshots refuses them with 403, although the database may be read.
    if (answer.status === 403 && (await this.#fetch(this.address)).ok) return null;
    if (answer.status === 401 || answer.status === 403) {
      throw new Refused(`${this.address} refuses with ${answer.status}`, answer.status);
    }
    const seconds = Math.min(Number(answer.headers.get('Retry-After')) || 1, LONGEST_WAIT);
    throw Object.assign(new ServerTrouble(`${this.address} answers ${answer.status}`, answer.status), {reason, seconds});
  }

  async #fetch(address) {
    try {
      return await this.fetch(address, {cache: 'no-store', credentials: 'same-origin'});
    } catch (error) {
      throw new Unreachable(`${address} cannot be reached`, {cause: error});
    }
  }

  async #json(answer) {
    let text;
    try {
      text = await answer.text();
    } catch (error) {
      throw new Unreachable(`${this.address} broke off in the middle of an answer`, {cause: error});
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new ServerTrouble(`${this.address} answers with something else than JSON`, answer.status, {cause: error});
    }
  }
}

/** An error while a body was read: the network's, unless it is about the content. */
export function ofStream(error, address) {
  if (error instanceof BrokenSnapshot || error?.name === 'QuotaExceededError') return error;
  return new Unreachable(`${address} broke off in the middle of the snapshot`, {cause: error});
}
