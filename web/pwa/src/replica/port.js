// The way from a page to the worker that holds its replicas: calls there, answers and events back.

let worker = null;
let calls = 0;
const waiting = new Map(); // call -> {resolve, reject}
const listeners = new Map(); // name of a replica -> function of (event, detail)

/** Call the worker about a replica, or several for reading; rejects with the names in errors.js, or PouchDB's. */
export function call(replica, verb, options) {
  worker ??= start();
  return new Promise((resolve, reject) => {
    const number = ++calls;
    waiting.set(number, {resolve, reject});
    worker.postMessage({call: number, replica, verb, options});
  });
}

/** Hear what happens to a replica; null ends it. */
export function listen(replica, listener) {
  if (listener) listeners.set(replica, listener);
  else listeners.delete(replica);
}

function start() {
  const started = new Worker(new URL('./worker.js', import.meta.url), {type: 'module', name: 'replica'});
  started.onmessage = ({data: {call: number, result, error, replica, event, detail}}) => {
    if (event) {
      listeners.get(replica)?.(event, detail);
      return;
    }
    const {resolve, reject} = waiting.get(number);
    waiting.delete(number);
    if (error) reject(Object.assign(new Error(error.message), error));
    else resolve(result);
  };
  started.onerror = (failure) => { // it could not be loaded
    worker = null;
    for (const {reject} of waiting.values()) reject(new Error(failure.message || 'the replica worker cannot be loaded'));
    waiting.clear();
  };
  return started;
}
