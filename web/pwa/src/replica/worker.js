// The worker that holds all replicas of a page. In: {call, replica, verb, options}; out: {call, result} or
// {call, error}, and {replica, event, detail} when something happens.
import Database from './database.js';
import {StoredReplica} from './stored_replica.js';

const VERBS = ['get', 'list', 'search', 'put', 'sync', 'status', 'destroy', 'close'];
const replicas = new Map(); // name -> promise of a StoredReplica

self.onmessage = async ({data: {call, replica: name, verb, options}}) => {
  try {
    self.postMessage({call, result: await answer(name, verb, options)});
  } catch (error) {
    const {name: kind, message, status, reason} = error ?? {};
    self.postMessage({call, error: {name: kind, message: message ?? String(error), status, reason}});
  }
};

async function answer(name, verb, options) {
  if (verb === 'open') {
    const tell = (event, detail) => self.postMessage({replica: name, event, detail});
    if (!replicas.has(name)) {
      const opening = StoredReplica.open(options, {Database, tell});
      replicas.set(name, opening);
      opening.catch(() => replicas.delete(name));
    }
    return void await replicas.get(name);
  }
  if (!VERBS.includes(verb)) throw new RangeError(`a replica cannot ${verb}`);
  const replica = await replicas.get(name);
  if (!replica) throw new RangeError(`the replica ${name} is not open`);
  const result = await replica[verb](options);
  if (verb === 'destroy' || verb === 'close') replicas.delete(name);
  return result;
}
