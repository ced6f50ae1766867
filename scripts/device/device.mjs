// A rep's device as a process: JSON lines in on standard input, one JSON line out for each, matched by `id`.
//   DEVICE_PASSWORD=... node device.mjs --server URL --user NAME --rep ID --territory T --name PHONE
//     (--directory DIR | --memory) [--offline]
import {createWriteStream} from 'node:fs';
import {finished} from 'node:stream/promises';
import {createInterface} from 'node:readline';
import {parseArgs} from 'node:util';
import {writeOrder} from './order.mjs';
import {orderLine} from './order_line.mjs';
import {waitForReceipts} from './receipts.mjs';
import {Replica} from './replica.mjs';
import {Session} from './session.mjs';

const {values: options} = parseArgs({
  options: {
    server: {type: 'string'}, user: {type: 'string'}, rep: {type: 'string'}, territory: {type: 'string'},
    name: {type: 'string'}, directory: {type: 'string'}, memory: {type: 'boolean', default: false},
    offline: {type: 'boolean', default: false},
  },
});
for (const name of ['server', 'user', 'rep', 'territory', 'name']) {
  if (!options[name]) stop(2, `--${name} is missing`);
}
if (!process.env.DEVICE_PASSWORD) stop(2, 'DEVICE_PASSWORD is not set');
if (Boolean(options.directory) === options.memory) stop(2, 'give either --directory DIR or --memory');

const session = new Session(options.server, options.user, process.env.DEVICE_PASSWORD);
session.network(!options.offline);
const replica = new Replica({
  session, rep: options.rep, territory: options.territory, device: options.name, directory: options.directory ?? null,
});
const orders = replica.orders.local;

const verbs = {
  first_sync: () => replica.firstSync(),
  sync: () => replica.sync(),
  refresh: () => replica.refresh(),
  live: ({on = true}) => (replica.setLive(on), {live: on}),
  network: ({up}) => {
    if (typeof up !== 'boolean') throw new RangeError('network needs "up": true or false');
    replica.network(up);
    return {up};
  },
  capture: async (fields) => {
    const order = await writeOrder(fields, {rep: options.rep, device: options.name, find});
    const {rev} = await orders.put(order);
    return {order: order._id, rev, total: order.total, number: `RB-${order._id.slice(-10)}`};
  },
  put: async ({document}) => {
    const {id, rev} = await orders.put(document);
    return {id, rev};
  },
  get: async ({document}) => ({document: await orders.get(document, {conflicts: true})}),
  docs: async ({prefix = '', database = 'orders'}) => {
    const {local} = {orders: replica.orders, catalog: replica.catalog, customers: replica.customers}[database] ?? {};
    if (!local) throw new RangeError('"database" is orders, catalog or customers');
    const {rows} = await local.allDocs({startkey: prefix, endkey: `${prefix}\ufff0`, include_docs: true});
    return {documents: rows.map(({doc}) => doc)};
  },
  order_line: async ({order}) => {
    const [document, unsent, refused] = await Promise.all([orders.get(order), replica.unsent(), replica.refused()]);
    return orderLine(document, {
      receipt: await found(orders, order.replace('order:', 'receipt:')),
      unsent: unsent.includes(order),
      refused: refused[order],
    });
  },
  status: async () => ({
    device: options.name, rep: options.rep, network: session.up, live: Boolean(replica.live),
    unsent: await replica.unsent(), refused: await replica.refused(),
    documents: (await orders.info()).doc_count,
  }),
  wait_for_receipts: async ({orders: ids, count, states, timeout = 30}) => {
    const wasLive = Boolean(replica.live);
    replica.setLive(true);
    try {
      return {receipts: await waitForReceipts(orders, {orders: ids, count, states, seconds: timeout})};
    } finally {
      if (!wasLive) replica.setLive(false);
    }
  },
  export: async ({path}) => {
    const file = createWriteStream(path);
    const {rows} = await orders.allDocs({include_docs: true, conflicts: true});
    const documents = rows.map(({doc}) => doc).filter(({_id}) => !_id.startsWith('_design/'));
    for (const document of documents) file.write(`${JSON.stringify(document)}\n`);
    file.end();
    await finished(file);
    return {documents: documents.length, path};
  },
};

async function find(id) {
  return await found(replica.catalog.local, id) ?? await found(replica.customers.local, id) ?? found(orders, id);
}

async function found(database, id) {
  return database.get(id).catch((error) => {
    if (error.status === 404) return undefined;
    throw error;
  });
}

async function answer(line) {
  let request = {};
  try {
    request = JSON.parse(line);
    const verb = Object.hasOwn(verbs, request.do) ? verbs[request.do] : undefined;
    if (!verb) throw new RangeError(`unknown verb ${JSON.stringify(request.do)}; there are ${Object.keys(verbs)}`);
    const {id, do: _, ...fields} = request;
    print({id, ok: await verb(fields)});
  } catch (error) {
    print({id: request.id, error: error.message || error.reason || String(error)});
  }
}

function print(body) {
  process.stdout.write(`${JSON.stringify(body)}\n`);
}

function stop(status, reason) {
  console.error(`device: ${reason}`);
  process.exit(status);
}

async function leave() {
  await replica.close();
  process.exit(0);
}

process.on('SIGTERM', leave);
createInterface({input: process.stdin}).on('line', answer).on('close', leave);
print({ready: true, pid: process.pid, device: options.name, rep: options.rep});
