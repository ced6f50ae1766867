// The device's way to the server: CouchDB's own cookie session, and a switch that really cuts the network.
import PouchDB from 'pouchdb';

/** Requests that are refused while the network is off, and signed in (again) when CouchDB asks for it. */
export class Session {
  constructor(server, user, password) {
    this.server = server.replace(/\/+$/, '');
    this.up = true;
    this.tooLarge = false; // whether the last request was refused with 413
    this.fetch = this.fetch.bind(this);
    this.user = user;
    this.password = password;
    this.underway = new Set();
    this.signingIn = null;
  }

  /** Switch the network; requests under way are cut off when it goes down. */
  network(up) {
    this.up = up;
    if (!up) for (const controller of this.underway) controller.abort();
  }

  /** PouchDB's `fetch`: PouchDB keeps CouchDB's AuthSession cookie and its renewals in its own jar. */
  async fetch(url, options = {}) {
    let answer = await this.request(url, options);
    if (answer.status === 401) {
      await this.signIn();
      answer = await this.request(url, options);
    }
    this.tooLarge = answer.status === 413;
    return answer;
  }

  async signIn() {
    this.signingIn ??= this.postSession().finally(() => { this.signingIn = null; });
    return this.signingIn;
  }

  async postSession() {
    const answer = await this.request(`${this.server}/_session`, {
      method: 'POST',
      headers: {'Content-Type': 'application/json', Accept: 'application/json'},
      body: JSON.stringify({name: this.user, password: this.password}),
    });
    if (!answer.ok) throw new Error(`the server refuses the sign-in of ${this.user} (${answer.status})`);
    await answer.json();
  }

  async request(url, options) {
    if (!this.up) throw new Error(`cannot reach ${this.server}: the network is off`);
    const controller = new AbortController();
    const abort = () => controller.abort();
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort, {once: true});
    this.underway.add(controller);
    try {
      const headers = Object.fromEntries(new Headers(options.headers)); // a copy: the jar adds its cookie to what it is given
      const answer = await PouchDB.fetch(url, {...options, headers, signal: controller.signal});
      // The body is read here, so that a cut reaches a long poll whose headers have already come.
      return new Response(await answer.arrayBuffer(), {status: answer.status, headers: [...answer.headers]});
    } catch (error) {
      if (!this.up) throw new Error(`cannot reach ${this.server}: the network is off`, {cause: error});
      throw error.code ? new Error(`cannot reach ${this.server}: ${error.code}`, {cause: error}) : error;
    } finally {
      this.underway.delete(controller);
      options.signal?.removeEventListener('abort', abort);
    }
  }
}
