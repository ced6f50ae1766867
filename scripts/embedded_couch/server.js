'use strict';
// Embedded CouchDB-protocol server (dev / demo / CI / tiny installs): express-pouchdb 4.2.0 + pouchdb 9.0.0
// behind a guard.  Env: EMBEDDED_COUCH_DIRECTORY (data folder, or ':memory:'), EMBEDDED_COUCH_PORT, EMBEDDED_COUCH_ADMIN, EMBEDDED_COUCH_PASSWORD, EMBEDDED_COUCH_SECRET.
// Binds to loopback only.  The guard is NOT optional: bare express-pouchdb lets anonymous callers read every
// database (_find, _bulk_get), create an admin (_node/*/_config/admins) and kill the process (PUT /x).
const fs = require('fs'), path = require('path'), crypto = require('crypto');
const express = require('express'), PouchDB = require('pouchdb'), epdb = require('express-pouchdb');
const U = require('express-pouchdb/lib/utils'), coucheval = require('couchdb-eval');
require('events').defaultMaxListeners = 0;
const E = process.env, memory = E.EMBEDDED_COUCH_DIRECTORY === ':memory:', VERSION = '3.5.0-embedded';
// express-pouchdb leaves rejected promises behind in many routes; Node >= 15 would exit on the first 404 view.
process.on('unhandledRejection', e => console.error('unhandledRejection', e && (e.reason || e.message || e)));
// An exception inside PouchDB's leveldb queue wedges that database for good, so leave and let the supervisor restart us.
process.on('uncaughtException', e => { console.error('uncaughtException', e && e.stack); process.exit(70); });

// ---- data folder, config with a hashed admin (never an 'admin party') --------------------------------------
const dir = path.resolve(memory ? fs.mkdtempSync('/tmp/embcouch-') : (E.EMBEDDED_COUCH_DIRECTORY || './couch-data'));
fs.mkdirSync(path.join(dir, 'db'), {recursive: true, mode: 0o700});
const cfgFile = path.join(dir, 'config.json'), cfg = fs.existsSync(cfgFile) ? JSON.parse(fs.readFileSync(cfgFile)) : {};
const salt = crypto.randomBytes(16).toString('hex'), ITER = 1000;
if (E.EMBEDDED_COUCH_PASSWORD) cfg.admins = {[E.EMBEDDED_COUCH_ADMIN || 'admin']:
  `-pbkdf2-${crypto.pbkdf2Sync(E.EMBEDDED_COUCH_PASSWORD, salt, ITER, 20, 'sha1').toString('hex')},${salt},${ITER}`};
if (!cfg.admins || !Object.keys(cfg.admins).length) { console.error('EMBEDDED_COUCH_PASSWORD is needed on first start'); process.exit(2); }
cfg.couch_httpd_auth = {timeout: 600, ...cfg.couch_httpd_auth, iterations: ITER};
cfg.couch_httpd_auth.secret = E.EMBEDDED_COUCH_SECRET || cfg.couch_httpd_auth.secret || crypto.randomBytes(16).toString('hex');
cfg.couchdb = {uuid: crypto.randomUUID().replace(/-/g, ''), ...cfg.couchdb};
cfg.log = {file: path.join(dir, 'log.txt'), level: 'error'};
fs.writeFileSync(cfgFile, JSON.stringify(cfg, null, 1), {mode: 0o600});

const prefix = path.join(dir, 'db') + '/';
if (memory) PouchDB.plugin(require('pouchdb-adapter-memory'));
const P = PouchDB.defaults(memory ? {prefix, adapter: 'memory'} : {prefix});
const app = epdb(P, {configPath: cfgFile, logPath: cfg.log.file,
  overrideMode: {exclude: ['compression', 'replicator', 'routes/http-log', 'routes/special-test-auth', 'routes/vhosts', 'routes/log',
                           'routes/temp-views', 'routes/cluster-rewrite', 'routes/db-updates', 'routes/rewrite']}});

// ---- helpers -----------------------------------------------------------------------------------------------
const send = (res, st, o) => res.status(st).type('application/json').send(JSON.stringify(o) + '\n');
const fail = (res, st, error, reason) => send(res, st, {error, reason});
const json = (req, res) => new Promise((ok, no) => U.jsonParser(req, res, e => e ? no(e) : ok(req.body || {})));
const ADMIN_ONLY = {members: {names: [], roles: ['_admin']}, admins: {names: [], roles: ['_admin']}};
const openDb = (name, req, res) => new Promise(ok => U.setDBOnReq(name, app.dbWrapper, req, res, () => ok(req.db)));
const secOf = db => db.get('_local/_security').then(d => d.security, () => ADMIN_ONLY);   // CouchDB 3 default: admins only
const inSec = (s, u) => ((s || {}).names || []).includes(u.name) || ((s || {}).roles || []).some(r => u.roles.includes(r));
const adminId = id => typeof id === 'string' && /^_(design\/|local\/_security$)/.test(id);
const same = (a, b) => JSON.stringify([].concat(a || []).sort()) === JSON.stringify([].concat(b || []).sort());
const keepRevs = d => { // pouchdb-validation overwrites newDoc._revisions (pouchdb-server issue 419): make that a no-op
  if (d && d._revisions) { const v = d._revisions; Object.defineProperty(d, '_revisions', {get: () => v, set() {}, enumerable: true, configurable: true}); } };

// ---- server-wide event log for _db_updates -----------------------------------------------------------------
const ev = new (require('events'))().setMaxListeners(0), log = [], boot = Date.now(); let evSeq = boot;   // monotonic over restarts
const emit = (db_name, type) => { if (/^pouch__|-mrview-|^https?:/.test(db_name)) return;
  const e = {db_name: decodeURIComponent(db_name), type, seq: ++evSeq + '-emb'}; log.push(e); if (log.length > 5000) log.shift(); ev.emit('e', e); };
P.on('destroyed', n => emit(n, 'deleted'));
app.dbWrapper.registerWrapper((name, db, next) => Promise.resolve(next()).then(r => {
  db.changes({live: true, since: 'now', limit: undefined}).on('change', () => emit(name, 'updated')).on('error', () => {}); return r; }));

// ---- live feeds --------------------------------------------------------------------------------------------
function stream(req, res, q, start) {          // heartbeat / timeout / disconnect handling for any live feed
  const hb = q.heartbeat === true ? 60000 : +q.heartbeat || 0, to = hb ? 0 : Math.min(+q.timeout || 60000, 60000); let t, stop, done = false;
  const end = tail => { if (done) return; done = true; clearInterval(t); clearTimeout(t); stop && stop(); res.end(tail || ''); };
  if (req.destroyed || res.destroyed || req.socket.destroyed) return;                             // gone while we were looking things up
  res.on('close', () => end()); res.type('application/json'); res.flushHeaders();
  if (hb) t = setInterval(() => res.write('\n'), hb);
  const arm = fn => { if (to && !done) { clearTimeout(t); t = setTimeout(fn, to); } };
  stop = start(x => !done && res.write(x), end, arm); if (done && stop) stop();
}
async function dbUpdates(req, res) {
  const q = req.query, from = q.since === 'now' ? evSeq : parseInt(q.since, 10) || 0;
  const got = log.filter(e => parseInt(e.seq, 10) > from).slice(0, q.limit === undefined ? undefined : +q.limit);
  if (from < boot) got.unshift(...(await P.allDbs()).filter(n => !/^pouch__/.test(n)).sort().map(n => ({db_name: n, type: 'updated', seq: boot + '-emb'})));   // older than our memory: everything may have changed
  const last = () => evSeq + '-emb';
  if (q.feed === 'continuous') return stream(req, res, q, (w, end, arm) => { const f = e => { w(JSON.stringify(e) + '\n'); arm(tail); };
    const tail = () => end(JSON.stringify({last_seq: last()}) + '\n'); got.forEach(f); ev.on('e', f); arm(tail); return () => ev.off('e', f); });
  if (q.feed === 'longpoll' && !got.length) return stream(req, res, q, (w, end, arm) => {
    const f = e => end(JSON.stringify({results: [e], last_seq: e.seq}) + '\n'); ev.once('e', f);
    arm(() => end(JSON.stringify({results: [], last_seq: last()}) + '\n')); return () => ev.off('e', f); });
  send(res, 200, {results: got, last_seq: got.length ? got[got.length - 1].seq : last()});
}
async function changes(req, res) {
  const db = req.db, q = req.query, body = req.method === 'POST' ? await json(req, res) : {}, ctx = req.couchSession.userCtx;
  const o = {style: q.style, include_docs: q.include_docs === true, conflicts: q.conflicts, attachments: q.attachments, descending: q.descending};
  let since = q.since === undefined ? 0 : q.since, info = await db.info();
  if (since === 'now') since = info.update_seq;
  if (!/^\d+$/.test(String(since))) return fail(res, 400, 'bad_request', 'Malformed sequence supplied in \'since\' parameter.');
  since = +since; const limit = q.limit === undefined ? Infinity : Math.max(+q.limit, 1);
  if (q.filter === '_selector') { if (!body.selector) return fail(res, 400, 'bad_request', 'selector must be given'); o.selector = body.selector; }
  else if (q.filter === '_doc_ids') o.doc_ids = body.doc_ids || q.doc_ids;
  else if (q.filter === '_design') o.filter = d => d._id.startsWith('_design/');
  else if (q.filter === '_view') { o.filter = '_view'; o.view = q.view; }
  else if (q.filter) { const [dn, fn] = String(q.filter).split('/'), dd = await db.get('_design/' + dn).catch(() => null);
    if (!dd || !(dd.filters || {})[fn]) return fail(res, 404, 'not_found', 'missing json key: ' + fn);
    const f = coucheval.evaluate(dd, {}, dd.filters[fn]), sec = await secOf(db);
    const qs = {}; new URL(req.originalUrl, 'http://x').searchParams.forEach((v, k) => { qs[k] = v; });
    const r2 = {query: qs, userCtx: {...ctx, db: info.db_name}, secObj: sec, method: req.method, headers: req.headers, peer: req.ip};
    o.filter = d => f.call(dd, d, r2); }
  const live = q.feed === 'continuous' || q.feed === 'longpoll' || q.feed === 'eventsource';
  const batch = (s, lim) => db.changes({...o, since: s, limit: lim === Infinity ? undefined : lim});
  if (!live) { const r = await batch(since, limit); r.pending = limit === Infinity ? 0 : Math.max(0, (await db.changes({...o, include_docs: false, since: r.last_seq})).results.length); return send(res, 200, r); }
  const out = c => q.feed === 'eventsource' ? `data: ${JSON.stringify(c)}\nid: ${c.seq}\n\n` : JSON.stringify(c) + '\n';
  if (q.feed === 'longpoll') { const r = await batch(since, limit); if (r.results.length) return send(res, 200, {...r, pending: 0}); since = Math.max(since, r.last_seq || since); }
  stream(req, res, q, (w, end, arm) => { let n = 0, last = since;
    if (q.feed === 'longpoll') w('{"results":[\n');
    const tail = () => end(q.feed === 'longpoll' ? `],\n"last_seq":${last},"pending":0}\n` : q.feed === 'continuous' ? JSON.stringify({last_seq: last, pending: 0}) + '\n' : '');
    const ch = db.changes({...o, since, live: true, returnDocs: false}).on('change', c => { if (n >= limit) return; last = c.seq;
      w(q.feed === 'longpoll' ? JSON.stringify(c) + '\n' : out(c)); if (++n >= (q.feed === 'longpoll' ? 1 : limit)) tail(); else arm(tail); })
      .on('error', e => { console.error('changes', e && e.message); end(); });
    arm(tail); return () => ch.cancel(); });
}
// ---- _replicate (local databases through their validated handles; url objects; cancel; _active_tasks) ------
const jobs = new Map();
const keyOf = b => JSON.stringify([b.source, b.target, b.continuous, b.filter, b.doc_ids, b.selector]);
const local = name => new Promise((ok, no) => { const r = {PouchDB: P}; U.setDBOnReq(name, app.dbWrapper, r, {status: () => ({}), setHeader() {}, send() {}, req: {accepts: () => 'json'}}, e => e ? no(e) : ok(r.db)); });
async function startReplication(b) {
  const key = keyOf(b), safe = x => String(x.url || x).replace(/\/\/[^@\/]*@/, '//');
  const side = async (x, make) => { const o = typeof x === 'string' ? {url: x} : x || {};
    if (!/^https?:/.test(o.url)) { if (!(await P.allDbs()).includes(o.url)) { if (!make) throw Object.assign(new Error('could not open ' + o.url), {status: 404, name: 'db_not_found'}); await new P(o.url).info(); } return local(o.url); }
    const a = (o.auth || {}).basic, opt = {skip_setup: !make, adapter: 'http', prefix: ''}; if (a) opt.auth = {username: a.username, password: a.password};
    if (o.headers) opt.fetch = (u, p) => { p.headers = p.headers || new PouchDB.Headers(); for (const k in o.headers) p.headers.set(k, o.headers[k]); return PouchDB.fetch(u, p); };
    const db = new P(o.url, opt), i = await db.info(); if (i.error || i.reason) throw Object.assign(new Error('could not open ' + safe(o)), {status: 404, name: 'db_not_found'}); return db; };
  const s = await side(b.source), t = await side(b.target, b.create_target), opts = {live: !!b.continuous, retry: !!b.continuous, batch_size: 500};
  for (const k of ['filter', 'doc_ids', 'selector', 'query_params', 'view']) if (b[k]) opts[k] = b[k];
  const h = P.replicate(s, t, opts), id = crypto.createHash('md5').update(key).digest('hex'), now = () => Date.now() / 1e3 | 0;
  const task = {type: 'replication', source: safe(b.source), target: safe(b.target), continuous: !!b.continuous, replication_id: id, doc_id: b._id || null, docs_read: 0, docs_written: 0, doc_write_failures: 0, started_on: now(), updated_on: now()};
  const j = {h, id, task}; jobs.set(b._id || key, j); h.on('change', i => Object.assign(task, {docs_read: i.docs_read, docs_written: i.docs_written, doc_write_failures: i.doc_write_failures, updated_on: now()}));
  h.then(() => jobs.delete(b._id || key), e => { console.error('replicate', e && e.message); jobs.delete(b._id || key); }); return j;
}
async function replicate(req, res) {
  const b = await json(req, res); delete b._id;
  if (b.cancel) { const j = jobs.get(keyOf(b)); if (!j) return fail(res, 404, 'not_found', 'no such replication'); j.h.cancel(); return send(res, 200, {ok: true, _local_id: j.id}); }
  const j = await startReplication(b); if (b.continuous) return send(res, 202, {ok: true, _local_id: j.id});
  const r = await j.h; send(res, 200, {...r, session_id: j.id, source_last_seq: r.last_seq, history: [{...r, session_id: j.id}]});
}
const repDocs = new Map();                     // _replicator documents: id -> {sig, state, info, h}
async function replicatorDaemon() {
  while (!P.allDbs) await new Promise(r => setTimeout(r, 20)); await new P('_replicator').info(); while (!(await P.allDbs()).includes('_replicator')) await new Promise(r => setTimeout(r, 20));
  const rdb = await local('_replicator'), set = async (id, f) => { const e = repDocs.get(id); if (e) Object.assign(e, {state: f._replication_state, info: f._replication_stats || {error: f._replication_state_reason}});
    for (;;) { const d = await rdb.get(id).catch(() => null); if (!d) return; try { return await rdb.put({...d, ...f, _replication_state_time: new Date().toISOString()}); } catch (x) { if (x.status !== 409) return console.error('replicator', x.message); } } };
  const go = async d => { if (d._id.startsWith('_design')) return; const e = repDocs.get(d._id), sig = d._deleted ? '' : keyOf(d);
    if (e && e.sig === sig) return; if (e) { e.h && e.h.cancel(); clearTimeout(e.t); repDocs.delete(d._id); }
    if (d._deleted) return; const n = {sig, state: d._replication_state || 'initializing', source: d.source.url || d.source, target: d.target.url || d.target}; repDocs.set(d._id, n); if (n.state === 'completed') return;
    const run = async () => { try { const j = await startReplication(d); n.h = j.h; n.state = 'running'; const r = await j.h; if (repDocs.get(d._id) === n) await set(d._id, {_replication_state: 'completed', _replication_stats: {docs_read: r.docs_read, docs_written: r.docs_written, doc_write_failures: r.doc_write_failures}}); }
      catch (x) { if (repDocs.get(d._id) !== n) return; await set(d._id, {_replication_state: 'error', _replication_state_reason: String(x.message || x.reason || x)}); n.t = setTimeout(run, 30000); n.t.unref(); } }; run(); };
  (await rdb.allDocs({include_docs: true})).rows.forEach(r => go(r.doc)); rdb.changes({live: true, since: 'now', include_docs: true}).on('change', c => go(c.doc));
}
// ---- PUT doc?new_edits=false, as JSON or multipart/related (how CouchDB's replicator pushes attachments) -----
async function putReplicated(req, res, id, db) {
  let doc, ct = req.headers['content-type'] || '';
  if (/^multipart\/related/.test(ct)) {
    const raw = await new Promise((ok, no) => U.parseRawBody(req, res, e => e ? no(e) : ok(req.rawBody)));
    const d = Buffer.from('--' + /boundary="?([^";]+)"?/.exec(ct)[1]), parts = [];
    for (let p = raw.indexOf(d); p >= 0;) { const n = raw.indexOf(Buffer.concat([Buffer.from('\r\n'), d]), p + d.length); if (n < 0) break;
      const h = raw.indexOf('\r\n\r\n', p + d.length); parts.push({head: raw.slice(p + d.length, h).toString(), body: raw.slice(h + 4, n)}); p = n + 2; }
    doc = JSON.parse(parts.shift().body.toString());
    for (const [name, a] of Object.entries(doc._attachments || {})) if (a.follows) { const part = parts.shift(); if (!part) return fail(res, 400, 'bad_request', 'attachment part missing');
      const gz = a.encoding === 'gzip' || /content-encoding:\s*gzip/i.test(part.head);         // CouchDB sends compressible types gzipped
      doc._attachments[name] = {content_type: a.content_type, data: gz ? require('zlib').gunzipSync(part.body) : part.body}; }
  } else doc = await json(req, res);
  doc._id = id; keepRevs(doc); const rev = doc._rev, replicated = req.query.new_edits === false;
  const r = await (replicated ? db.bulkDocs([doc], U.makeOpts(req, {new_edits: false})) : db.put(doc, U.makeOpts(req)).then(x => [x]));
  const bad = r.find(x => x.error); if (bad) return fail(res, bad.status || 500, bad.name, bad.reason || bad.message);
  res.set('ETag', `"${replicated ? rev : r[0].rev}"`); send(res, 201, {ok: true, id, rev: replicated ? rev : r[0].rev});
}
// ---- the guard: runs after authentication, before every express-pouchdb route ------------------------------
async function guard(req, res, next) {
  if (!/json|text\/plain|multipart/.test(req.headers.accept || '')) req.headers.accept = 'application/json';
  const me = req.couchSession.userCtx, M = req.method, q = req.query;
  const admin = me.roles.includes('_admin'), write = !['GET', 'HEAD', 'OPTIONS'].includes(M);
  let seg; try { seg = req.path.split('/').slice(1).map(decodeURIComponent); } catch (e) { return fail(res, 400, 'bad_request', 'bad path'); }
  while (seg.length > 1 && seg[seg.length - 1] === '') seg.pop();
  if (/^_(design|local)\//.test(seg[1] || '')) seg.splice(1, 1, ...seg[1].split('/'));             // /db/_design%2Fx
  const [top, sub, third] = seg, deny = (why = 'You are not allowed to access this db.') => me.name ? fail(res, 403, 'forbidden', why) : fail(res, 401, 'unauthorized', why === 'You are not allowed to access this db.' ? 'You are not authorized to access this db.' : why);
  if (!top) return send(res, 200, {couchdb: 'Welcome', version: VERSION, uuid: app.couchConfig.get('couchdb', 'uuid'), features: ['embedded'], vendor: {name: 'embedded (PouchDB ' + PouchDB.version + ')'}});
  if (top === '_up') return send(res, 200, {status: 'ok', seeds: {}});
  if (top === '_session') { if (M === 'DELETE') { res.removeHeader('Set-Cookie'); res.clearCookie('AuthSession'); return send(res, 200, {ok: true}); } return next(); }
  if (top === '_uuids') { const n = Math.min(+q.count || 1, 1000); return send(res, 200, {uuids: Array.from({length: n}, () => crypto.randomUUID().replace(/-/g, ''))}); }
  if (top === '_utils' || top === 'favicon.ico') return next();
  if (top === '_users' && !admin) {           // own document only; roles, name and type stay as they are
    if (!sub || sub !== 'org.couchdb.user:' + me.name || third) return deny();
    if (write) { if (M !== 'PUT') return deny(); const d = await json(req, res), old = await (await openDb('_users', req, res)).get(sub);
      if (!same(d.roles, old.roles) || d.name !== old.name || d.type !== 'user' || (d._id && d._id !== sub)) return deny('Only _admin may edit roles'); }
    return next();
  }
  if (top[0] === '_' && top !== '_users' && top !== '_replicator' && !admin) return fail(res, 401, 'unauthorized', 'You are not a server admin.');
  if (top === '_replicator' && !admin) return deny();
  if (top === '_db_updates') return dbUpdates(req, res);
  if (top === '_replicate') return replicate(req, res);
  if (top === '_active_tasks') return send(res, 200, [...jobs.values()].map(j => j.task));
  if (top === '_scheduler') { const docs = [...repDocs].map(([doc_id, e]) => ({database: '_replicator', doc_id, id: null, source: String(e.source).replace(/\/\/[^@\/]*@/, '//'), target: String(e.target).replace(/\/\/[^@\/]*@/, '//'), state: e.state, info: e.info || null, error_count: e.state === 'error' ? 1 : 0}));
    if (sub === 'docs' && seg[3]) { const d = docs.find(x => x.doc_id === seg[3]); return d ? send(res, 200, d) : fail(res, 404, 'not_found', 'missing'); }
    return send(res, 200, sub === 'jobs' ? {total_rows: jobs.size, offset: 0, jobs: [...jobs.values()].map(j => ({id: j.id, ...j.task, history: [], info: j.task}))} : {total_rows: docs.length, offset: 0, docs}); }
  if (top === '_node') { if (third === '_config') { req.url = '/' + seg.slice(2).map(encodeURIComponent).join('/'); return next(); }
    if (third === '_system') { const m = process.memoryUsage(); return send(res, 200, {uptime: process.uptime() | 0, memory: {processes: m.heapUsed, other: m.external, ets: 0, atom: 0, code: 0, binary: m.arrayBuffers}, process_count: 1, message_queues: {}}); }
    if (third === '_versions') return send(res, 200, {node: process.versions.node, pouchdb: PouchDB.version, javascript_engine: {name: 'v8', version: process.versions.v8}});
    if (third === '_stats') return send(res, 200, {}); return third ? fail(res, 404, 'not_found', 'missing') : send(res, 200, {name: 'embedded@127.0.0.1'}); }
  if (top === '_all_dbs') { let l = (await P.allDbs()).filter(n => !/^pouch__/.test(n)).sort(); const a = q.startkey || q.start_key, z = q.endkey || q.end_key;
    if (a) l = l.filter(n => n >= a); if (z) l = l.filter(n => n <= z); if (q.descending) l.reverse(); return send(res, 200, l.slice(+q.skip || 0, q.limit === undefined ? undefined : (+q.skip || 0) + +q.limit)); }
  const full = async db => { const i = await db.info(); return {...i, instance_start_time: '0', doc_del_count: 0, purge_seq: 0, compact_running: false, props: {}, cluster: {q: 1, n: 1, w: 1, r: 1}, sizes: {file: i.disk_size || 0, active: i.disk_size || 0, external: i.disk_size || 0}}; };
  if (top === '_dbs_info') { const keys = M === 'POST' ? (await json(req, res)).keys : (await P.allDbs()).filter(n => !/^pouch__/.test(n)).sort(), have = await P.allDbs(), out = [];
    for (const k of keys) out.push(have.includes(k) ? {key: k, info: await full(await openDb(k, req, res))} : {key: k, error: 'not_found'}); return send(res, 200, out); }
  if (top[0] === '_' && !['_users', '_replicator'].includes(top)) return ['_config', '_membership', '_cluster_setup', '_stats'].includes(top) && M === 'GET' ? next() : top === '_config' ? next() : fail(res, 404, 'not_found', 'missing');
  // --- from here on: /:db...
  if (seg.length === 1 && (M === 'PUT' || M === 'DELETE')) {
    if (!admin) return fail(res, 401, 'unauthorized', 'You are not a server admin.');
    if (M === 'PUT' && !/^(_users|_replicator|[a-z][a-z0-9_$()+-]*)$/.test(top)) return fail(res, 400, 'illegal_database_name', `Name: '${top}'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, - are allowed here (no '/' in the embedded server).`);
    if (M === 'DELETE' && !(await P.allDbs()).includes(top)) return fail(res, 404, 'not_found', 'Database does not exist.');
    if (M === 'PUT') res.on('finish', () => { if (res.statusCode === 201) emit(top, 'created'); });
    return next();
  }
  if (!(await P.allDbs()).includes(top)) return fail(res, 404, 'not_found', 'Database does not exist.');
  const db = await openDb(top, req, res); me.db = top;
  const sec = await secOf(db), m = sec.members || {}, dbAdmin = admin || inSec(sec.admins, me);
  const open = !(m.names || []).length && !(m.roles || []).length;
  if (!dbAdmin && !open && !inSec(m, me)) return deny();
  if (!dbAdmin && write && (['_security', '_compact', '_view_cleanup', '_revs_limit', '_purge', '_index', '_temp_view', '_ensure_full_commit'].includes(sub) && sub !== '_ensure_full_commit'
      || sub === '_design' && !['_view', '_update', '_list', '_rewrite', '_show'].includes(seg[3]) || sub === '_local' && third === '_security'))
    return deny('You are not a db or server admin.');
  if (write && !/json|multipart/.test(req.headers['content-type'] || '') && (sub === '_local' || seg.length < 3 || (sub === '_design' && (seg.length === 3 || seg[3] === '_view')) || sub === '_index')) req.headers['content-type'] = 'application/json'; // curl -d
  if (!sub && M === 'GET') return send(res, 200, await full(db));
  if (sub === '_security') { if (M === 'GET') return send(res, 200, sec); const b = await json(req, res); if (Array.isArray(b)) return fail(res, 400, 'bad_request', '_security must be an object'); return next(); }
  if (sub === '_changes') return changes(req, res);
  if (sub === '_design_docs') { req.url = '/' + encodeURIComponent(top) + '/_all_docs'; Object.assign(q, {startkey: '_design/', endkey: '_design0'}); return next(); }
  if (sub === '_revs_limit') return M === 'GET' ? send(res, 200, 1000) : send(res, 200, {ok: true});
  if (sub === '_view_cleanup') { await db.viewCleanup(); return send(res, 202, {ok: true}); }
  if (sub === '_compact') { db.compact().catch(() => {}); return send(res, 202, {ok: true}); }
  if (sub === '_bulk_get') { const b = await json(req, res); if (!Array.isArray(b.docs)) return fail(res, 400, 'bad_request', "Missing JSON list of 'docs'.");
    return send(res, 200, {results: await Promise.all(b.docs.map(r => db.get(r.id, {rev: r.rev, revs: q.revs === true, attachments: q.attachments === true, binary: false})
      .then(ok => ({id: r.id, docs: [{ok}]}), e => ({id: r.id, docs: [{error: {id: r.id, rev: r.rev || 'undefined', error: e.name || 'not_found', reason: e.reason || 'missing'}}]}))))}); }
  if (sub === '_find' || sub === '_explain' || (sub === '_index' && M === 'POST')) { const b = await json(req, res);
    if (b.use_index && Array.isArray(b.use_index)) b.use_index = b.use_index.map((x, i) => i ? x : String(x).replace(/^_design\//, ''));
    if (sub === '_find') { if (!b.selector || typeof b.selector !== 'object') return fail(res, 400, 'missing_required_key', 'Missing required key: selector');
      // pouchdb-find applies 'limit' before its in-memory filter ($gt, $ne, ...) and so returns too few: page here instead
      const lim = b.limit === undefined ? 25 : +b.limit, at = b.bookmark && b.bookmark !== 'nil' ? +Buffer.from(b.bookmark, 'base64').toString() || 0 : b.skip || 0;
      delete b.limit; delete b.skip; delete b.bookmark;
      try { const r = await db.find({...b, limit: Number.MAX_SAFE_INTEGER}), docs = r.docs.slice(at, at + lim);
        return send(res, 200, {docs, bookmark: Buffer.from(String(at + docs.length)).toString('base64'), ...(r.warning ? {warning: r.warning} : {}), ...(b.execution_stats ? {execution_stats: {results_returned: docs.length}} : {})}); }
      catch (e) { const why = e.message || e.reason || String(e); return fail(res, 400, /sort/i.test(why) ? 'no_usable_index' : /unknown operator/.test(why) ? 'invalid_operator' : 'bad_request', why); } } }
  if (sub === '_index' && M === 'DELETE') { const p = seg.slice(2).filter(x => x !== '_design'); await db.deleteIndex({ddoc: '_design/' + p[0], type: p[1], name: p[2]}); return send(res, 200, {ok: true}); }
  if (sub === '_revs_diff' || sub === '_missing_revs') { const b = await json(req, res); if (!Object.values(b).every(Array.isArray)) return fail(res, 400, 'bad_request', 'Request body must map ids to arrays of revisions.');
    const r = await db.revsDiff(b); return send(res, 200, sub === '_revs_diff' ? r : {missing_revs: Object.fromEntries(Object.entries(r).map(([k, v]) => [k, v.missing]))}); }
  if (sub === '_bulk_docs') { const b = await json(req, res); if (!Array.isArray(b.docs) || b.docs.some(d => !d || typeof d !== 'object' || Array.isArray(d))) return fail(res, 400, 'bad_request', "Missing JSON list of 'docs'");
    if (!dbAdmin && b.docs.some(d => adminId(d._id))) return deny('You are not a db or server admin.');
    b.docs.forEach(d => { d._id = d._id || crypto.randomUUID().replace(/-/g, ''); keepRevs(d); }); const order = b.docs.map(d => d._id);
    const r = await db.bulkDocs(b.docs, U.makeOpts(req, {new_edits: b.new_edits !== false})).catch(e => ({err: e}));   // PouchDB lists failures first: put results back in request order
    if (r.err) return fail(res, r.err.status || 400, r.err.name === 'bad_request' && /underscore/.test(r.err.message) ? 'illegal_docid' : r.err.name || 'bad_request', r.err.reason || r.err.message);
    const by = {}; r.forEach(x => (by[x.id] = by[x.id] || []).push(x.error ? {id: x.id, error: x.name, reason: x.reason || x.message} : x));
    return send(res, 201, (b.new_edits === false ? r.filter(x => x.error).map(x => by[x.id].shift()) : order.map(i => (by[i] || []).shift()).filter(Boolean))); }
  if (M === 'POST' && !sub) { const b = await json(req, res); if (!dbAdmin && adminId(b._id)) return deny('You are not a db or server admin.'); b._id = b._id || crypto.randomUUID().replace(/-/g, ''); return next(); }
  const docPath = sub && (sub[0] !== '_' || ((sub === '_design' || sub === '_local') && seg.length === 3));
  if (M === 'PUT' && docPath && sub !== '_local' && (sub[0] === '_' || seg.length === 2) && (q.new_edits === false || /^multipart\/related/.test(req.headers['content-type'] || ''))) return putReplicated(req, res, seg.slice(1).join('/'), db);
  if (M === 'PUT' && docPath && (sub[0] === '_' || seg.length === 2) && !/^multipart/.test(req.headers['content-type'] || '')) { const b = await json(req, res);
    if (Array.isArray(b)) return fail(res, 400, 'bad_request', 'Document must be a JSON object'); b._id = seg.slice(1).join('/'); if (req.headers['if-match'] && !b._rev) b._rev = req.headers['if-match'].replace(/"/g, ''); keepRevs(b); return next(); }
  if (docPath && (M === 'GET' || M === 'HEAD')) { delete q.latest;     // latest=true throws inside PouchDB when a revision is unknown
    if (q.open_revs && /multipart\/mixed/.test(req.headers.accept || '')) {                   // what CouchDB's own replicator asks for
      const id = seg.slice(1).join('/'), B = crypto.randomBytes(16).toString('hex'), revs = q.open_revs === 'all' ? (await db.get(id, {open_revs: 'all'})).map(r => r.ok._rev) : q.open_revs;
      res.status(200).set('Content-Type', `multipart/mixed; boundary="${B}"`);
      for (const rev of revs) { const d = await db.get(id, {rev, revs: true, attachments: true}).catch(() => null);
        res.write(`\r\n--${B}\r\nContent-Type: application/json${d ? '' : '; error="true"'}\r\n\r\n${JSON.stringify(d || {missing: rev})}`); }
      return res.end(`\r\n--${B}--`); }
    if (!q.open_revs) { const s = res.send; res.send = function (b) { const r = /"_rev":"([^"]+)"/.exec(b); if (res.statusCode === 200 && r && !res.get('ETag') && /json/.test(res.get('Content-Type') || '')) res.set('ETag', `"${JSON.parse(b)._rev}"`); return s.call(this, b); }; } }
  if (M === 'COPY' && !dbAdmin && adminId(decodeURIComponent((req.get('Destination') || '').split('?')[0]))) return deny('You are not a db or server admin.');
  if (sub && sub[0] === '_' && !['_all_docs', '_design', '_local', '_index', '_explain', '_ensure_full_commit'].includes(sub)) return fail(res, write ? 400 : 404, write ? 'illegal_docid' : 'not_found', write ? 'Only reserved document ids may start with underscore.' : 'missing');
  next();
}
const stack = app._router.stack, at = stack.findIndex(l => /buildCookieSession/.test(String(l.handle)));
if (at < 0) throw new Error('express-pouchdb changed: guard not mounted');
app.use((req, res, next) => Promise.resolve(guard(req, res, next)).catch(e => { if (!res.headersSent) fail(res, e.status || 500, e.name || 'error', e.reason || e.message || String(e)); }));
stack.splice(at + 1, 0, stack.pop());
// Basic auth costs one PBKDF2 per request (synchronous): exchange a good header for its session for up to 60 s
const basic = new Map(); const forget = () => basic.clear(); setInterval(forget, 60000).unref(); ev.on('e', e => e.db_name === '_users' && forget()); app.couchConfig.on('admins', forget);
app.use(async (req, res, next) => { const a = req.headers.authorization || ''; if (!/^basic /i.test(a)) return next();
  try { if (!basic.has(a)) { const t = Buffer.from(a.slice(6), 'base64').toString(), i = t.indexOf(':'); basic.set(a, (await (await U.getUsersDB(app, P)).multiUserLogIn(t.slice(0, i), t.slice(i + 1))).sessionID); }
    req.headers.cookie = 'AuthSession=' + basic.get(a); const w = res.writeHead; res.writeHead = function (...x) { res.removeHeader('Set-Cookie'); return w.apply(this, x); }; } catch (e) { basic.delete(a); delete req.headers.cookie; }
  next(); });
stack.splice(at - 1, 0, stack.pop());

const origins = (E.EMBEDDED_COUCH_CORS || '').split(',').filter(Boolean);       // exact origins, never '*': cookies are allowed
if (origins.length) { app.use((req, res, next) => { const o = req.headers.origin; if (o && origins.includes(o)) res.set({'Access-Control-Allow-Origin': o, Vary: 'Origin', 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Expose-Headers': 'ETag, Location, Content-Type',
    'Access-Control-Allow-Methods': 'GET, PUT, POST, HEAD, DELETE, COPY', 'Access-Control-Allow-Headers': 'accept, authorization, content-type, origin, referer, if-match, if-none-match, x-csrf-token', 'Access-Control-Max-Age': '600'});
  if (req.method === 'OPTIONS') return res.status(o && origins.includes(o) ? 204 : 405).end(); next(); }); stack.splice(2, 0, stack.pop()); }
let srv;
(async () => {
  await new P('_users').info();                // fails with a LOCK error when another process has this folder: never share one
  await replicatorDaemon();
  srv = app.listen(+(E.EMBEDDED_COUCH_PORT || 5984), '127.0.0.1', () => console.log(JSON.stringify({ready: true, port: srv.address().port, pid: process.pid, directory: dir})));
  srv.keepAliveTimeout = 300000; srv.headersTimeout = 310000; srv.requestTimeout = 0;   // CouchDB's replicator pools connections and trips over Node's 5 s default
})().catch(e => { console.error('cannot start:', e.message || e); process.exit(73); });
const stop = () => { setTimeout(() => process.exit(0), 1500).unref(); if (srv) { srv.close(() => process.exit(0)); srv.closeAllConnections(); } else process.exit(0); };
process.on('SIGTERM', stop); process.on('SIGINT', stop);
if (E.EMBEDDED_COUCH_FOLLOW_STDIN) process.stdin.on('end', stop).resume();      // go away with the process that started us
