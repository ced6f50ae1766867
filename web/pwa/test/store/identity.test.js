import assert from 'node:assert/strict';
import {test} from 'vitest';
import {deviceName, forgetIdentity, keepIdentity, knownIdentity, onForgotten, tellAnew} from '../../src/store/identity.js';

function storage() {
  const kept = new Map();
  return {getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name)};
}

test('the device keeps its name whoever signs in', () => {
  const here = storage();
  const name = deviceName(here);
  assert.match(name, /^[A-Za-z0-9._-]{1,64}$/);
  keepIdentity({name: 'bob', rep: 'rbob222222222222', territories: ['north']}, here);
  assert.deepEqual(knownIdentity(here), {name: 'bob', rep: 'rbob222222222222', territories: ['north'], newCustomers: true, device: name});
  forgetIdentity(here);
  assert.deepEqual([knownIdentity(here), deviceName(here)], [null, name]);
});

test('a rep without the right to ask for customers has none without a network either', () => {
  const here = storage();
  keepIdentity({name: 'bob', rep: 'rbob222222222222', territories: ['north'], newCustomers: false}, here);
  assert.equal(knownIdentity(here).newCustomers, false);
});

test('what cannot be read is nobody', () => {
  const here = storage();
  here.setItem('roadbook.identity', '{');
  assert.equal(knownIdentity(here), null);
});

test('another tab hears of a sign-out and of a new start, and of nothing else', () => {
  const here = storage();
  const tab = new EventTarget();
  const told = (key, newValue) => tab.dispatchEvent(Object.assign(new Event('storage'), {key, newValue}));
  let heard = 0;
  const end = onForgotten(() => { heard += 1; }, tab);
  tellAnew(new Date('2026-11-25T16:45:12Z'), {setItem: told});
  keepIdentity({name: 'bob', rep: 'rbob222222222222', territories: ['north']}, {...here, setItem: (...what) => { here.setItem(...what); told(...what); }});
  assert.equal(heard, 1);
  told('roadbook.identity', null);
  assert.equal(heard, 2);
  end();
  told('roadbook.identity', null);
  assert.equal(heard, 2);
});
