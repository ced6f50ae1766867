// The sign-in: CouchDB's own cookie session on this origin. The password is never kept.

const REP = /^rep:(r[a-z2-7]{15})$/;
const PATIENCE = 30_000; // milliseconds until a server that says nothing counts as none
const TERRITORY = /^territory:([a-z][a-z0-9-]{0,31})$/;

/** The server could not be asked: no network, a captive portal, or it is down. */
export class Unreachable extends Error {
  constructor(message, cause) {
    super(message, {cause});
    this.name = 'Unreachable';
  }
}

/** The sign-in was refused; `locked` when too many wrong passwords were tried, `notARep` when the account is another kind. */
export class SignInRefused extends Error {
  constructor(code) {
    super(`the sign-in was refused: ${code}`);
    this.name = 'SignInRefused';
    this.code = code;
  }
}

/** Sign in; resolves to {name, rep, territories}. Raises Unreachable, SignInRefused ("wrong", "locked", "not_a_rep"). */
export async function signIn(server, name, password, fetcher = fetch) {
  const answer = await ask(server, fetcher, {
    method: 'POST', body: JSON.stringify({name, password}), headers: {'Content-Type': 'application/json', Accept: 'application/json'},
  });
  if (answer.status === 401) throw new SignInRefused('wrong');
  if (answer.status === 403) throw new SignInRefused('locked');
  if (answer.status === 429) throw new SignInRefused('locked');
  const body = await saidByCouch(answer);
  return identityOf({name: body.name ?? name, roles: body.roles});
}

/** Who the server takes this browser for: {name, rep, territories}, or null when it asks for a sign-in. */
export async function whoAmI(server, fetcher = fetch) {
  const {userCtx} = await saidByCouch(await ask(server, fetcher, {headers: {Accept: 'application/json'}}));
  return userCtx?.name ? identityOf(userCtx) : null;
}

/** End the session at the server. */
export async function signOut(server, fetcher = fetch) {
  await ask(server, fetcher, {method: 'DELETE'});
}

function identityOf({name, roles = []}) {
  const rep = roles.map((role) => REP.exec(role)?.[1]).find(Boolean);
  if (!rep) throw new SignInRefused('not_a_rep');
  return {name, rep, territories: roles.map((role) => TERRITORY.exec(role)?.[1]).filter(Boolean).sort()};
}

async function ask(server, fetcher, options) {
  try {
    return await fetcher(`${server}/_session`, {
      ...options, credentials: 'same-origin', cache: 'no-store', redirect: 'manual', signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    throw new Unreachable('the server does not answer', error);
  }
}

/** The JSON that only CouchDB says; a captive portal's page or redirect is as good as no network. */
async function saidByCouch(answer) {
  const body = answer.ok ? await answer.json().catch(() => null) : null;
  if (body?.ok !== true) throw new Unreachable(`something else than the server answers (${answer.status})`);
  return body;
}
