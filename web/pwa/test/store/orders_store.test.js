import assert from 'node:assert/strict';
import {test} from 'vitest';
import {rememberPush} from '../../src/outbox/offered.js';
import {onlyHere, OrdersStore} from '../../src/store/orders_store.js';
import {emptyDatabase} from '../pouchdb.js';
import {PHONE} from '../samples.js';

const [SENT, REFUSED, GONE, NEW] = ['1', '2', '3', '4'].map((last) => `order:01KB4Q9V7M5X3E8RTW2D00000${last}`);

test('what a sign-out would lose is what is unsent and what the server refused, as long as it is stored', async () => {
  const database = emptyDatabase();
  const store = new OrdersStore(database, PHONE.device);
  await database.bulkDocs([SENT, REFUSED].map((_id) => ({_id, type: 'order', device: PHONE.device})));
  const {update_seq: sequence} = await database.info();
  await rememberPush(database, {sequence, sent: new Set([SENT]), denied: {[REFUSED]: 'wrong_total: no', [GONE]: 'wrong_total: no'}});
  await database.put({_id: NEW, type: 'order', device: PHONE.device});
  await store.open();
  assert.deepEqual(onlyHere(store.state), [NEW, REFUSED]);
  store.close();
});
