// One at a time: in this worker and, where the browser has locks, in every tab of the same origin.

const waiting = new Map(); // name -> the last turn, where there are no locks

/** Run `turn` when nobody else holds `name`; resolves to its result. */
export function inTurn(name, turn) {
  if (globalThis.navigator?.locks) return navigator.locks.request(name, turn);
  const before = waiting.get(name) ?? Promise.resolve();
  const mine = before.then(turn, turn);
  waiting.set(name, mine.catch(() => {}));
  return mine;
}
