import assert from 'node:assert/strict';
import {setTimeout as passing} from 'node:timers/promises';
import {test} from 'vitest';
import {patientFetch} from '../../src/sync/patience.js';

const QUICK = {answer: 20, silence: 20, pace: 1}; // milliseconds
const isUnreachable = ({name}) => name === 'Unreachable';
const hanging = (_url, {signal}) => new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });

test('a request that nobody answers ends', () => assert.rejects(patientFetch(hanging, QUICK)('/couch/'), isUnreachable));

test('an answer that stops in the middle ends', async () => {
  const stopping = async () => new Response(new ReadableStream({start: (out) => out.enqueue(new TextEncoder().encode('{"a":'))}));
  const aborting = async (url, {signal}) => {
    const answer = await stopping();
    const body = answer.body.getReader();
    return {status: 200, headers: new Headers(), body: {getReader: () => ({
      read: () => Promise.race([body.read(), new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); })]),
      cancel: () => body.cancel(),
    })}};
  };
  await assert.rejects((await patientFetch(aborting, QUICK)('/couch/')).text(), isUnreachable);
});

test('an answer that comes slowly but goes on is waited for', async () => {
  const slowly = async () => new Response(new ReadableStream({async pull(out) {
    this.count = (this.count ?? 0) + 1;
    if (this.count > 8) return out.close();
    await passing(5);
    return out.enqueue(new TextEncoder().encode('ab'));
  }}));
  assert.equal(await (await patientFetch(slowly, QUICK)('/couch/')).text(), 'ab'.repeat(8));
});

test('what takes long to go out gets the time that it takes', async () => {
  const upload = async () => {
    await passing(60);
    return new Response('[]');
  };
  assert.equal(await (await patientFetch(upload, QUICK)('/couch/', {body: 'x'.repeat(500)})).text(), '[]');
});

test('no network is no server', () => assert.rejects(
  patientFetch(async () => { throw new TypeError('Failed to fetch'); })('/couch/'), isUnreachable,
));

test('who aborts a request gets what fetch gives', async () => {
  const own = new AbortController();
  const asked = patientFetch(hanging)('/couch/', {signal: own.signal});
  own.abort();
  await assert.rejects(asked, ({name}) => name === 'AbortError');
});

test('status and headers are the answer’s own', async () => {
  const answer = await patientFetch(async () => new Response('{}', {status: 413, headers: {Date: 'now'}}))('/couch/');
  assert.deepEqual([answer.status, answer.ok, answer.headers.get('Date'), await answer.json()], [413, false, 'now', {}]);
});
