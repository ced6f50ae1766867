// New versions of the app: the service worker fetches them, the rep decides when to take one.

const SCRIPT = '/app/sw.js';

/** `state` is {waiting}: whether a newer version is there. A "state" event follows each change. */
class Updates extends EventTarget {
  #registration = null;
  state = {waiting: false};

  /** Have the browser keep the app on the device, from the first visit on, and look for newer versions. */
  async watch() {
    if (!navigator.serviceWorker || !import.meta.env.PROD) return;
    try {
      this.#registration = await navigator.serviceWorker.register(SCRIPT, {scope: '/app/', updateViaCache: 'none'});
    } catch {
      return; // no network, or a browser that may not: what is there already goes on working
    }
    this.#look();
    this.#registration.addEventListener('updatefound', () => {
      this.#registration.installing?.addEventListener('statechange', () => this.#look());
    });
  }

  /** Take the newer version: the page starts again with it. */
  take() {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {once: true});
    this.#registration.waiting?.postMessage('take over');
  }

  /** Go on with this version for now. */
  later() {
    this.#become(false);
  }

  #look() {
    this.#become(Boolean(this.#registration.waiting && navigator.serviceWorker.controller));
  }

  #become(waiting) {
    this.state = {waiting};
    this.dispatchEvent(new Event('state'));
  }
}

export const updates = new Updates();
