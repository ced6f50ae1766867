import assert from 'node:assert/strict';
import {test} from 'vitest';
import {deviceName, forgetIdentity, keepIdentity, knownIdentity} from '../../src/store/identity.js';

function storage() {
  const kept = new Map();
  return {getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name)};
}

test('the device keeps its name whoever signs in', () => {
  const here = storage();
  const name = deviceName(here);
  assert.match(name, /^[A-Za-z0-9._-]{1,64}$/);
  keepIdentity({name: 'bob', rep: 'rbob222222222222', territories: ['north']}, here);
  assert.deepEqual(knownIdentity(here), {name: 'bob', rep: 'rbob222222222222', territories: ['north'], device: name});
  forgetIdentity(here);
  assert.deepEqual([knownIdentity(here), deviceName(here)], [null, name]);
});

test('what cannot be read is nobody', () => {
  const here = storage();
  here.setItem('roadbook.identity', '{');
  assert.equal(knownIdentity(here), null);
});
