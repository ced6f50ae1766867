import {expect, test} from 'vitest';
import {NoPaper, paperOf} from '../../src/paper/paper.js';

const ID = 'order:01JD8Q6Z5M3T0A7K9C2V4X6Y8B';
const answering = (status, type = 'application/pdf') => async () => new Response('%PDF-', {status, headers: {'Content-Type': type}});

test('the PDF is below the address of the rep’s own database, and no cache keeps it', async () => {
  const asked = [];
  const blob = await paperOf('/couch', 'rbbb', ID, async (...request) => {
    asked.push(request);
    return answering(200)();
  });
  expect(await blob.text()).toBe('%PDF-');
  expect(asked[0][0]).toBe('/couch/orders-rbbb/_letter/01JD8Q6Z5M3T0A7K9C2V4X6Y8B');
  expect(asked[0][1].cache).toBe('no-store');
});

test.each([
  [401, 'sign_in'], [404, 'not_yet'], [429, 'offline'], [503, 'offline'], [403, 'failed'], [409, 'failed'], [500, 'failed'],
])('an answer of %i is told as %s', async (status, why) => {
  await expect(paperOf('/couch', 'r', ID, answering(status, 'application/json'))).rejects.toMatchObject({name: 'NoPaper', why});
});

test('a server that prints for others is busy and not out of reach', async () => {
  const busy = async () => new Response('{"error":"busy","reason":"several orders are being printed"}', {status: 503});
  await expect(paperOf('/couch', 'r', ID, busy)).rejects.toMatchObject({why: 'busy'});
  await expect(paperOf('/couch', 'r', ID, async () => new Response('null', {status: 503}))).rejects.toMatchObject({why: 'offline'});
});

test('without a network it says so, and a sign-in page of somebody else’s is no PDF', async () => {
  await expect(paperOf('/couch', 'r', ID, () => Promise.reject(new TypeError('Failed to fetch')))).rejects.toEqual(new NoPaper('offline'));
  await expect(paperOf('/couch', 'r', ID, answering(200, 'text/html'))).rejects.toMatchObject({why: 'failed'});
});
