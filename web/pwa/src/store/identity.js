// Who uses this device, kept so that the app opens without a network: never a password.
import {ulid} from '../orders/ulid.js';

const IDENTITY = 'roadbook.identity';
const DEVICE = 'roadbook.device';
const ANEW = 'roadbook.anew';

/** {name, rep, territories, newCustomers, device} of the rep who signed in here, or null. */
export function knownIdentity(storage = localStorage) {
  try {
    return JSON.parse(storage.getItem(IDENTITY));
  } catch {
    return null;
  }
}

/** Keep who signed in; returns the identity with this device's name (`before`: the one it had before its storage was wiped). */
export function keepIdentity({name, rep, territories, newCustomers = true}, storage = localStorage, before = null) {
  if (before && !storage.getItem(DEVICE)) storage.setItem(DEVICE, before);
  const identity = {name, rep, territories, newCustomers, device: deviceName(storage)};
  storage.setItem(IDENTITY, JSON.stringify(identity));
  return identity;
}

/** Take an identity with the device's name that it has; returns it. */
export function adoptIdentity(identity, storage = localStorage) {
  storage.setItem(DEVICE, identity.device);
  storage.setItem(IDENTITY, JSON.stringify(identity));
  return identity;
}

/** Tell the other tabs that everything stored here was deleted and is fetched anew. */
export function tellAnew(at, storage = localStorage) {
  storage.setItem(ANEW, at.toISOString());
}

/** Hear when another tab signs the rep out or fetches everything anew: what this one has open is gone. Returns a function that ends it. */
export function onForgotten(listener, target = globalThis) {
  const heard = ({key, newValue}) => { if ((key === IDENTITY && newValue === null) || (key === ANEW && newValue !== null)) listener(); };
  target.addEventListener('storage', heard);
  return () => target.removeEventListener('storage', heard);
}

export function forgetIdentity(storage = localStorage) {
  storage.removeItem(IDENTITY);
}

/** A name that this device chose once and keeps, also when another rep signs in. */
export function deviceName(storage = localStorage) {
  let name = storage.getItem(DEVICE);
  if (!name) {
    name = `app-${ulid(Date.now()).slice(-12).toLowerCase()}`;
    storage.setItem(DEVICE, name);
  }
  return name;
}
