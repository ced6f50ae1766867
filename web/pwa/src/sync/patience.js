// Every request has an end, so that a network that hangs cannot hang a sync.

const ANSWER = 30_000; // milliseconds until an answer must begin; CouchDB's heartbeat in a live feed is a third of it
const SILENCE = 60_000; // milliseconds between two parts of an answer
const PACE = 1; // bytes that even a bad network takes in a millisecond: a large batch may take longer to go out

/** The server could not be asked: no network, a captive portal, it hangs, or it is down. */
export class Unreachable extends Error {
  constructor(message, cause) {
    super(message, {cause});
    this.name = 'Unreachable'; // an own property: PouchDB copies those
  }
}

/**
 * A `fetch` that gives up: when no answer begins in time, or none goes on. It rejects with Unreachable then, and where the
 * network fails; whoever aborts a request gets what fetch gives.
 */
export function patientFetch(fetcher, {answer = ANSWER, silence = SILENCE, pace = PACE} = {}) {
  return async (url, options = {}) => {
    const {signal} = options;
    const own = new AbortController();
    const abort = () => own.abort(signal.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, {once: true});
    const told = (error) => {
      if (signal?.aborted) return error;
      if (own.signal.aborted) return new Unreachable(`${url} hangs`, error);
      return error?.name === 'TypeError' ? new Unreachable(`${url} cannot be reached`, error) : error;
    };
    const within = async (milliseconds, step) => {
      const timer = setTimeout(() => own.abort(), milliseconds);
      try {
        return await step();
      } catch (error) {
        throw told(error);
      } finally {
        clearTimeout(timer);
      }
    };
    const came = await within(answer + (options.body?.length ?? 0) / pace, () => fetcher(url, {...options, signal: own.signal}));
    if (!came.body?.getReader || came.status < 200) return came; // nothing to read, or a redirect that nobody may see
    const reader = came.body.getReader();
    const body = new ReadableStream({
      async pull(out) { // only while somebody waits for it: a slow disk is no slow network
        const {done, value} = await within(silence, () => reader.read());
        if (done) out.close();
        else out.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    }, {highWaterMark: 0});
    const {status, statusText, headers} = came;
    return new Response(body, {status, statusText, headers});
  };
}
