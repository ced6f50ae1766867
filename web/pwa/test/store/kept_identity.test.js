import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import {test} from 'vitest';
import {keepIdentity, knownIdentity} from '../../src/store/identity.js';
import {eraseIdentity, recallIdentity, storeIdentity} from '../../src/store/kept_identity.js';

const BOB = {name: 'bob', rep: 'rbob222222222222', territories: ['north']};

function storage() {
  const kept = new Map();
  return {getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name)};
}

test('a device whose localStorage was lost knows its rep and its own name', async () => {
  assert.equal(await recallIdentity(storage()), null);
  const identity = keepIdentity({...BOB, newCustomers: false}, storage());
  await storeIdentity({...identity, clock: () => {}});
  const later = storage();
  assert.deepEqual(await recallIdentity(later), identity);
  assert.deepEqual(knownIdentity(later), identity);
  assert.equal(keepIdentity(BOB, later).device, identity.device);
});

test('whoever has left is not recalled', async () => {
  await storeIdentity(keepIdentity(BOB, storage()));
  await eraseIdentity();
  assert.equal(await recallIdentity(storage()), null);
});
