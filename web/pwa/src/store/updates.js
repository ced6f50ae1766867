// New versions of the app: the service worker fetches them, the rep decides when to take one.

const SCRIPT = '/app/sw.js';
const PAGE = '/app/';
const AT_MOST = 3000; // milliseconds
const LOOK_EVERY = 3_600_000; // milliseconds
const ASK_AGAIN = 5000; // milliseconds

/** `state` is {waiting, taking}: whether a newer version is there, and is being started. A "state" event follows each change. */
class Updates extends EventTarget {
  #registration = null;
  #asking = null;
  state = {waiting: false, taking: false};

  /** Have the browser keep the app on the device, from the first visit on, and look for newer versions. */
  async watch() {
    if (!navigator.serviceWorker || !import.meta.env.PROD) return;
    try {
      this.#registration = await navigator.serviceWorker.register(SCRIPT, {scope: '/app/', updateViaCache: 'none'});
    } catch {
      return; // no network, or a browser that may not: what is there already goes on working
    }
    this.#look();
    const search = () => { if (document.visibilityState === 'visible') this.#registration.update().catch(() => {}); };
    setInterval(search, LOOK_EVERY); // an app that stays open for days loads no page, at which browsers look by themselves
    this.#registration.addEventListener('updatefound', () => {
      this.#registration.installing?.addEventListener('statechange', () => this.#look());
    });
  }

  /** Whether the app itself is on this device, so that it opens without a network. Where its files are gone they are fetched again. */
  async isKept() {
    const ready = navigator.serviceWorker?.ready;
    const {active} = await Promise.race([ready ?? {}, new Promise((resolve) => { setTimeout(resolve, AT_MOST, {}); })]);
    if (!active) return false;
    if (await caches.match(PAGE)) return true;
    active.postMessage('keep again');
    return false;
  }

  /** Take the newer version: the page starts again with it. */
  take() {
    navigator.serviceWorker.addEventListener('controllerchange', () => this.#reload(), {once: true});
    this.#become({waiting: true, taking: true}); // the browser may take its time: the older worker ends what it is at
    this.#asking = setInterval(() => this.#takeOver(), ASK_AGAIN); // a worker that the browser could not start has heard nothing
    this.#takeOver();
  }

  #takeOver() {
    const {waiting} = this.#registration;
    if (waiting) waiting.postMessage('take over');
    else this.#reload(); // it has begun, by another tab's wish perhaps
  }

  #reload() {
    clearInterval(this.#asking);
    location.reload();
  }

  /** Go on with this version for now. */
  later() {
    this.#become({waiting: false, taking: false});
  }

  #look() {
    if (this.state.taking) return;
    this.#become({waiting: Boolean(this.#registration.waiting && navigator.serviceWorker.controller), taking: false});
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }
}

export const updates = new Updates();
