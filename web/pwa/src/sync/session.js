// The sign-in: CouchDB's own cookie session on this origin. The password is never kept.
import {patientFetch, Unreachable} from './patience.js';

export {Unreachable};

const REP = /^rep:(r[a-z2-7]{15})$/;
const NO_NEW_CUSTOMERS = 'no_new_customers'; // takes a right away: accounts without it have it
const TERRITORY = /^territory:([a-z][a-z0-9-]{0,31})$/;

/** The sign-in was refused; `locked` when too many wrong passwords were tried, `notARep` when the account is another kind. */
export class SignInRefused extends Error {
  constructor(code) {
    super(`the sign-in was refused: ${code}`);
    this.name = 'SignInRefused';
    this.code = code;
  }
}

/** Sign in; resolves to {name, rep, territories, newCustomers}: the last says whether the rep may ask for any. Raises Unreachable, SignInRefused ("wrong", "locked", "not_a_rep"). */
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

/**
 * Who the server takes this browser for, as signIn() says it, or null when it asks for a sign-in. `onDate` hears when the
 * server says that it is (its Date header), and when it was asked and answered, in milliseconds of this device's clock.
 */
export async function whoAmI(server, fetcher = fetch, onDate = () => {}) {
  const sent = Date.now();
  const answer = await ask(server, fetcher, {headers: {Accept: 'application/json'}});
  const received = Date.now();
  const {userCtx} = await saidByCouch(answer);
  onDate(answer.headers.get('Date'), sent, received);
  return userCtx?.name ? identityOf(userCtx) : null;
}

/** End the session at the server. */
export async function signOut(server, fetcher = fetch) {
  await ask(server, fetcher, {method: 'DELETE'});
}

function identityOf({name, roles = []}) {
  const rep = roles.map((role) => REP.exec(role)?.[1]).find(Boolean);
  if (!rep) throw new SignInRefused('not_a_rep');
  const territories = roles.map((role) => TERRITORY.exec(role)?.[1]).filter(Boolean).sort();
  return {name, rep, territories, newCustomers: !roles.includes(NO_NEW_CUSTOMERS)};
}

async function ask(server, fetcher, options) {
  try {
    return await patientFetch(fetcher)(`${server}/_session`, {
      ...options, credentials: 'same-origin', cache: 'no-store', redirect: 'manual',
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
