// How long to wait before the next try: doubling from two seconds to five minutes, with a share of chance so that a fleet
// does not come back in one moment.

const FIRST = 2_000; // milliseconds
const MOST = 300_000;
const MOST_OFFLINE = 30_000; // asking whether there is a server costs one small request

/** Milliseconds to wait after so many failures in a row (1 or more), `offline` where no server answered; `chance` is from 0 to 1. */
export function waitAfter(failures, offline, chance = Math.random()) {
  const full = Math.min(offline ? MOST_OFFLINE : MOST, FIRST * 2 ** Math.min(failures - 1, 20));
  return Math.round(full * (0.5 + chance / 2));
}
