// The territories of a rep as one replica.
import {expect, test, vi} from 'vitest';
import {Territories} from '../../src/store/territories.js';

/** Replicas that do nothing but remember; `opened` by name. */
function territories() {
  const opened = new Map();
  const open = async ({name, remote}) => {
    const listeners = [];
    const replica = {
      name, remote, ready: new Promise(() => {}), destroy: vi.fn(async () => {}), sync: vi.fn(async () => 'synced'),
      on(event, listener) {
        listeners.push([event, listener]);
        return () => listeners.splice(listeners.findIndex(([, each]) => each === listener), 1);
      },
      happen: (event, detail) => listeners.filter(([name]) => name === event).forEach(([, listener]) => listener(detail)),
      listeners,
    };
    opened.set(name, replica);
    return replica;
  };
  return {group: new Territories('/couch', 'rbob', open), opened};
}

test('every territory of the rep is there', async () => {
  const {group, opened} = territories();
  expect(await group.become(['north', 'south'])).toBe(true);
  expect(group.names).toEqual(['customers-rbob-north', 'customers-rbob-south']);
  expect(opened.get('customers-rbob-south').remote).toBe('/couch/customers-south');
  expect(await group.become(['north', 'south'])).toBe(false);
});

test('a territory that was taken from the rep leaves the device, a new one is heard of', async () => {
  const {group, opened} = territories();
  await group.become(['north']);
  const heard = [];
  group.on('change', (detail) => heard.push(detail));
  expect(await group.become(['south'])).toBe(true);
  expect(opened.get('customers-rbob-north').destroy).toHaveBeenCalledWith({discard: true});
  expect(opened.get('customers-rbob-north').listeners).toEqual([]);
  opened.get('customers-rbob-south').happen('change', {ids: null});
  expect(heard).toEqual([{ids: null}]);
});

test('one territory in trouble holds no other up, and is told', async () => {
  const {group, opened} = territories();
  await group.become(['north', 'south']);
  opened.get('customers-rbob-north').sync.mockRejectedValue(Object.assign(new Error('refused'), {status: 403}));
  await expect(group.sync()).rejects.toMatchObject({status: 403});
  expect(opened.get('customers-rbob-south').sync).toHaveBeenCalled();
});

test('the progress of all is one progress', async () => {
  const {group, opened} = territories();
  await group.become(['north', 'south']);
  const told = [];
  group.on('progress', ({documents, documents_total: total}) => told.push([documents, total]));
  opened.get('customers-rbob-north').happen('progress', {documents: 10, documents_total: 100});
  opened.get('customers-rbob-south').happen('progress', {documents: 5, documents_total: 50});
  expect(told).toEqual([[10, 100], [15, 150]]);
});
