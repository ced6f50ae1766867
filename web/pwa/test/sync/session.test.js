import assert from 'node:assert/strict';
import {test} from 'vitest';
import {signIn, SignInRefused, Unreachable, whoAmI} from '../../src/sync/session.js';

const answering = (status, body) => async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), {status});
const BOB = {ok: true, name: 'bob', roles: ['rep', 'rep:rbob222222222222', 'territory:south', 'territory:north']};

test('a rep is known by the roles that the server tells', async () => {
  const identity = {name: 'bob', rep: 'rbob222222222222', territories: ['north', 'south'], newCustomers: true};
  assert.deepEqual(await signIn('/couch', 'bob', 'own', answering(200, BOB)), identity);
  assert.deepEqual(await whoAmI('/couch', answering(200, {ok: true, userCtx: BOB})), identity);
  assert.equal(await whoAmI('/couch', answering(200, {ok: true, userCtx: {name: null, roles: []}})), null);
});

test('the right to ask for new customers is there until a role takes it away', async () => {
  const without = {...BOB, roles: [...BOB.roles, 'no_new_customers']};
  assert.equal((await signIn('/couch', 'bob', 'own', answering(200, without))).newCustomers, false);
  assert.equal((await whoAmI('/couch', answering(200, {ok: true, userCtx: without}))).newCustomers, false);
});

const REFUSALS = [
  ['a wrong password', 401, {error: 'unauthorized'}, 'wrong'],
  ['an account that is locked', 403, {error: 'forbidden'}, 'locked'],
  ['too many tries', 429, {error: 'too_many_requests'}, 'locked'],
  ['an account of the office', 200, {ok: true, name: 'olga', roles: ['ops']}, 'not_a_rep'],
];
for (const [what, status, body, code] of REFUSALS) {
  test(`${what} is refused as ${code}`, async () => {
    await assert.rejects(signIn('/couch', 'bob', 'own', answering(status, body)), (error) => error instanceof SignInRefused && error.code === code);
  });
}

const ELSEWHERE = [['a page', 200, '<h1>Welcome</h1>'], ['an error', 503, {error: 'unreachable'}], ['other JSON', 200, {hello: true}]];
for (const [what, status, body] of ELSEWHERE) {
  test(`${what} in place of the server is no server`, async () => {
    await assert.rejects(whoAmI('/couch', answering(status, body)), Unreachable);
    await assert.rejects(signIn('/couch', 'bob', 'own', answering(status, body)), Unreachable);
  });
}

test('no network is no server', async () => {
  await assert.rejects(whoAmI('/couch', async () => { throw new TypeError('Failed to fetch'); }), Unreachable);
});

test('the question who this is does not wait for ever', async () => {
  await whoAmI('/couch', async (_url, {signal}) => {
    assert.ok(signal instanceof AbortSignal);
    return new Response(JSON.stringify({ok: true, userCtx: BOB}));
  });
});
