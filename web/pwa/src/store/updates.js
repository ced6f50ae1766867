// New versions of the app: the service worker fetches them, the rep decides when to take one.

const SCRIPT = '/app/sw.js';
const PAGE = '/app/';
const AT_MOST = 3000; // milliseconds
const LOOK_EVERY = 3_600_000; // milliseconds
const TAKEN = 'roadbook.taken'; // in this tab, until the newer version's worker has taken over

/** `state` is {waiting, taking}: whether a newer version is there, and is being started. A "state" event follows each change. */
class Updates extends EventTarget {
  #registration = null;
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
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {once: true});
    this.#become({waiting: true, taking: true});
    if (!this.#registration.waiting) return location.reload(); // another tab has taken it
    sessionStorage.setItem(TAKEN, 'yes');
    setTimeout(() => location.reload(), AT_MOST); // the older worker may be in its place for a while: it serves the newer version
    return this.#registration.waiting.postMessage('take over');
  }

  /** Go on with this version for now. */
  later() {
    this.#become({waiting: false, taking: false});
  }

  #look() {
    if (this.state.taking) return;
    const {waiting} = this.#registration;
    const taken = waiting && sessionStorage.getItem(TAKEN); // this page is the newer version, its worker still waits for the older
    if (taken) waiting.postMessage('take over');
    else sessionStorage.removeItem(TAKEN);
    this.#become({waiting: Boolean(waiting && !taken && navigator.serviceWorker.controller), taking: false});
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event('state'));
  }
}

export const updates = new Updates();
