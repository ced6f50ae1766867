// What localStorage and a page's cookie are to the app, for tests.

/** A Storage in memory. */
export function memory() {
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, String(value)), removeItem: (name) => kept.delete(name),
    clear: () => kept.clear(),
  };
}

/** A document that keeps one cookie. */
export function page() {
  let kept = '';
  return {
    get cookie() { return kept; },
    set cookie(text) { kept = /Max-Age=0/.test(text) ? '' : text.split(';')[0]; },
  };
}
