// What outlives the storage of this device: a cookie and localStorage say what the orders database held, so that it is noticed
// when the browser has deleted that database (it may, when space is short and nobody asked it to keep it).

const HOLDS = 'roadbook.holds';
const COOKIE = 'roadbook';
const LOST = 'roadbook.lost';
const LONGEST = 34_560_000; // seconds; browsers allow 400 days

/** Keeps the marks; `page` has the cookie, `secure` says whether it is marked so. */
export class Marks {
  constructor(storage = localStorage, page = document, secure = globalThis.location?.protocol === 'https:') {
    this.storage = storage;
    this.page = page;
    this.secure = secure;
  }

  /** What this device held by the newest mark: {device, rep, unsent, drafts, at}; null: nothing, or the rep has left. */
  known() {
    const [, text] = /(?:^|; )roadbook=([^;]*)/.exec(this.page.cookie ?? '') ?? [];
    const found = [read(this.storage, HOLDS), parsed(text && decodeURIComponent(text))].filter(Boolean);
    return found.sort((left, right) => (left.at < right.at ? 1 : -1))[0] ?? null;
  }

  /** Note what it holds now. */
  note({device, rep, unsent, drafts, at}) {
    const holds = JSON.stringify({device, rep, unsent, drafts, at});
    if (holds === this.storage.getItem(HOLDS)) return;
    try {
      this.storage.setItem(HOLDS, holds);
    } catch { /* no room: the cookie has it */ }
    this.#setCookie(encodeURIComponent(holds), LONGEST);
  }

  /** The rep leaves: nothing that is missing afterwards was lost. */
  forget() {
    this.storage.removeItem(HOLDS);
    this.storage.removeItem(LOST);
    this.#setCookie('', 0);
  }

  /** What the browser deleted, until the rep has seen it: {at, unsent, drafts, known_at, seen}; or null. */
  loss() {
    return read(this.storage, LOST);
  }

  noteLoss(loss) {
    this.storage.setItem(LOST, JSON.stringify(loss));
  }

  #setCookie(value, seconds) {
    this.page.cookie = `${COOKIE}=${value}; Path=/app/; Max-Age=${seconds}; SameSite=Strict${this.secure ? '; Secure' : ''}`;
  }
}

/**
 * The loss that a database without this device's mark means: something was held here and is gone. Null: nothing was, it is
 * the first time. `known` is Marks.known(), `rep` who uses the device now.
 */
export function lossOf(known, rep, at) {
  if (known?.rep !== rep) return null;
  return {at, unsent: known.unsent ?? null, drafts: known.drafts ?? null, known_at: known.at ?? null};
}

function read(storage, name) {
  return parsed(storage.getItem(name));
}

function parsed(text) {
  try {
    return JSON.parse(text ?? null);
  } catch {
    return null;
  }
}
