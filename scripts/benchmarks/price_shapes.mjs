/** Replicates one shape of price lists with PouchDB's defaults and reads it as a device does; plan on standard input. */

import {readFileSync} from 'node:fs';

import PouchDB from 'pouchdb';

const ROUNDS = 5;
const {source, target, some, all} = JSON.parse(readFileSync(0, 'utf8'));
const local = new PouchDB(target);

const started = performance.now();
await local.replicate.from(source);
const replicated = performance.now() - started;

async function read(keys) {
  const {rows} = await local.allDocs({keys, include_docs: true});
  if (!rows.every(({doc}) => doc)) throw new Error('something was not replicated');
}

async function median(keys) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = performance.now();
    await read(keys);
    times.push(performance.now() - before);
  }
  return times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)];
}

const found = {replicate_ms: replicated, some_ms: await median(some), all_ms: await median(all)};
await local.close();
console.log(JSON.stringify(found));
