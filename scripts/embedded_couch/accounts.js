'use strict';
/** Logins: cookie sessions, and a cache that spares basic authentication one key derivation per request. */

const {getUsersDB} = require('express-pouchdb/lib/utils');
const {badRequest} = require('./refusal');

const FORGET_AFTER = 60_000; // milliseconds
const COOKIE = 'AuthSession';
const LIFETIME = 1_209_600; // seconds that a browser keeps the cookie, as images/couchdb/roadbook.ini has it

/** The accounts database as the place where people log in. */
class Accounts {
  constructor(application, storage) {
    this.application = application;
    this.storage = storage;
    this.sessions = new Map(); // Authorization header: session id
    setInterval(() => this.forget(), FORGET_AFTER).unref();
    // pouchdb-auth reads the administrators when it opens the database, so it is opened again when they change.
    for (const section of ['admins', 'couch_httpd_auth']) {
      application.couchConfig.on(section, () => {
        this.opening = undefined;
        this.forget();
      });
    }
  }

  forget() {
    this.sessions.clear();
  }

  database() {
    this.opening ||= getUsersDB(this.application, this.storage.PouchDB);
    return this.opening;
  }

  /** {name, roles, sessionID}; throws PouchDB's 401 when name or password is wrong. */
  async logIn(name, password) {
    return (await this.database()).multiUserLogIn(name, password);
  }

  /** Runs before express-pouchdb looks who asks: gives a header that has been checked before its session's cookie. */
  middleware() {
    return async (request, response, next) => {
      const header = request.headers.authorization || '';
      if (!/^basic /i.test(header)) {
        keepSessionCookie(response);
        return next();
      }
      try {
        request.headers.cookie = `${COOKIE}=${await this.sessionFor(header)}`;
        hideSessionCookie(response);
      } catch {
        delete request.headers.cookie; // a wrong password must not fall back to an older session
      }
      return next();
    };
  }

  async sessionFor(header) {
    const database = await this.database();
    const known = this.sessions.get(header);
    // A changed password or role must count at once: the session is checked each time, which costs one read.
    if (known && (await database.multiUserSession(known)).info.authenticated) return known;
    this.sessions.delete(header);
    const credentials = Buffer.from(header.slice('basic '.length), 'base64').toString();
    const colon = credentials.indexOf(':');
    const {sessionID} = await this.logIn(credentials.slice(0, colon), credentials.slice(colon + 1));
    this.sessions.set(header, sessionID);
    return sessionID;
  }
}

// express-pouchdb renews the cookie of every session it sees; who came with a password expects none.
function hideSessionCookie(response) {
  const {writeHead} = response;
  response.writeHead = function (...values) {
    response.removeHeader('Set-Cookie');
    return writeHead.apply(this, values);
  };
}

// A browser that is closed keeps the cookie: CouchDB's allow_persistent_cookies.
function keepSessionCookie(response) {
  const {writeHead} = response;
  response.writeHead = function (...values) {
    const cookie = response.getHeader('Set-Cookie');
    const kept = [cookie].flat().map((each) =>
      (/^AuthSession=[^;]/.test(each) && !/; (?:Max-Age|Expires)=/i.test(each) ? `${each}; Max-Age=${LIFETIME}` : each));
    if (cookie) response.setHeader('Set-Cookie', kept);
    return writeHead.apply(this, values);
  };
}

/** GET, POST and DELETE /_session. */
async function session(exchange) {
  const {method, request, response, server} = exchange;
  if (method === 'GET' || method === 'HEAD') return exchange.json(200, request.couchSession);
  response.removeHeader('Set-Cookie');
  if (method === 'DELETE') {
    response.clearCookie(COOKIE);
    return exchange.json(200, {ok: true});
  }
  const {name, password} = await credentials(exchange);
  const {sessionID, ...login} = await server.accounts.logIn(name, password);
  response.cookie(COOKIE, sessionID, {httpOnly: true});
  return exchange.json(200, login);
}

async function credentials(exchange) {
  let given;
  if (/urlencoded/.test(exchange.request.headers['content-type'] || '')) {
    given = Object.fromEntries(new URLSearchParams((await exchange.bytes()).toString()));
  } else {
    given = await exchange.object();
  }
  if (typeof given.name !== 'string' || typeof given.password !== 'string') {
    throw badRequest('request body must contain a username and a password');
  }
  return given;
}

module.exports = {Accounts, session};
