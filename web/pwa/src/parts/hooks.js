// How screens hear of what they show.
import {useCallback, useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';

/** The `state` of something that dispatches "state" events. */
export function useStateOf(source) {
  const [, again] = useState(0);
  useEffect(() => {
    if (!source) return undefined;
    const listener = () => again((count) => count + 1);
    source.addEventListener('state', listener);
    listener();
    return () => source.removeEventListener('state', listener);
  }, [source]);
  return source?.state ?? null;
}

/** What an asynchronous question answers, asked anew when `about` changes; undefined until it has. */
export function useAnswer(ask, about) {
  const [answer, setAnswer] = useState(undefined);
  useEffect(() => {
    let current = true;
    Promise.resolve(ask()).then((value) => current && setAnswer(value), () => current && setAnswer(null));
    return () => { current = false; };
  }, about);
  return answer;
}

/** Whether `value` has stayed as it is for some milliseconds: what can wait until then does not hold up whoever types on. */
export function useSettled(value, pause) {
  const [settled, setSettled] = useState(undefined);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled === value;
}

const remembered = new Map();

/** As useState; who comes back to the screen finds what was there, until forgetRemembered(). */
export function useRemembered(name, initial) {
  const [value, setValue] = useState(remembered.get(name) ?? initial);
  return [value, (next) => {
    remembered.set(name, next);
    setValue(next);
  }];
}

/** Whoever taps a tab begins anew. */
export function forgetRemembered() {
  remembered.clear();
}

/** A number that grows whenever the replica's documents change. */
export function useChanges(replica) {
  const [count, setCount] = useState(0);
  const grow = useCallback(() => setCount((number) => number + 1), []);
  useEffect(() => {
    const ends = ['change', 'ready'].map((event) => replica.on(event, grow));
    return () => ends.forEach((end) => end());
  }, [replica, grow]);
  return count;
}

/** The parts of the address after #/: ["draft", "draft:01…", "review"]. */
export function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const listener = () => setHash(location.hash);
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  }, []);
  return hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
}

export function go(...parts) {
  location.hash = `#/${parts.map(encodeURIComponent).join('/')}`;
}

/** [attempt, failed]: `attempt(step)` runs what a tap asks for, a second tap meanwhile nothing; `failed` is the error that it ended with, or null. */
export function useAttempt() {
  const [failed, setFailed] = useState(null);
  const underway = useRef(false);
  const attempt = async (step) => {
    if (underway.current) return;
    underway.current = true;
    setFailed(null);
    try {
      await step();
    } catch (error) {
      setFailed(error);
    } finally {
      underway.current = false;
    }
  };
  return [attempt, failed];
}

/**
 * What an asynchronous question answers, as useAnswer, for questions that follow quickly: while one is under way only the
 * newest waits. The last answer stays until there is a newer one.
 */
export function useNewest(ask, about) {
  const [answer, setAnswer] = useState(undefined);
  const [asking] = useState(() => ({underway: false, next: null, ended: false}));
  useEffect(() => () => { asking.ended = true; }, [asking]);
  useLayoutEffect(() => { // not after the next picture, as useEffect would
    asking.next = ask;
    if (!asking.underway) goOnAsking(asking, setAnswer);
  }, about);
  return answer;
}

async function goOnAsking(asking, tell) {
  asking.underway = true;
  while (asking.next && !asking.ended) {
    const ask = asking.next;
    asking.next = null;
    const value = await Promise.resolve(ask()).catch(() => null);
    if (!asking.ended) tell(value);
  }
  asking.underway = false;
}
