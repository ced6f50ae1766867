// How far this device's clock is from the server's, and whether that may still be reckoned with. Pure.

const SECOND = 1000; // milliseconds
const SLACK = 60 * SECOND; // a clock that is corrected a little by the network has not been set
export const WRONG = 120; // seconds: less than this is no trouble to anybody

/** Seconds by which the device is ahead, by an answer's Date header and when it was asked for and came (ms); null: no such header. */
export function skewOf(date, sent, received) {
  const server = Date.parse(date) + SECOND / 2; // the header is cut to the second
  return Number.isNaN(server) ? null : Math.round(((sent + received) / 2 - server) / SECOND);
}

/**
 * The seconds to reckon with at `now` (the device's milliseconds), or null where nobody knows any more: the clock was set
 * since. `measured` is {skew, at, latest}: measured when, and the latest time that the device has shown since.
 */
export function skewAt(measured, now) {
  if (!measured) return null;
  const {skew, at, latest = at} = measured;
  if (now < Math.max(at, latest) - SLACK) return null; // set back
  if (skew < -WRONG && now - at >= -skew * SECOND) return null; // it may have been set forward
  return skew;
}

/** The true time as far as it is known. */
export function corrected(now, skew) {
  return new Date(Math.abs(skew ?? 0) >= WRONG ? now - skew * SECOND : now);
}
