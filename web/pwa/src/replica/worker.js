// The worker that holds all replicas of a page. In: {call, replica, verb, options}; out: {call, result} or
// {call, error}, and {replica, event, detail} when something happens.
import {choosing} from '../goods/choosing.js';
import Database from './database.js';
import {patientFetch} from '../sync/patience.js';
import {Reading} from './reading.js';
import {StoredReplica} from './stored_replica.js';

const VERBS = ['put', 'sync', 'status', 'destroy', 'close'];
const READING = ['get', 'documents', 'list', 'search', 'paths', 'alike', 'kept']; // of one replica or of several as one
const fetch = patientFetch((url, options) => Database.fetch(url, options));
const replicas = new Map(); // name -> promise of a StoredReplica
const choose = choosing();

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
      const opening = StoredReplica.open(options, {Database, tell, fetch});
      replicas.set(name, opening);
      opening.catch(() => replicas.delete(name));
    }
    return void await replicas.get(name);
  }
  if (READING.includes(verb)) return new Reading(await Promise.all([name].flat().map(opened)), choose)[verb](options);
  if (!VERBS.includes(verb)) throw new RangeError(`a replica cannot ${verb}`);
  const result = await (await opened(name))[verb](options);
  if (verb === 'destroy' || verb === 'close') replicas.delete(name);
  return result;
}

async function opened(name) {
  const replica = await replicas.get(name);
  if (!replica) throw new RangeError(`the replica ${name} is not open`);
  return replica;
}
