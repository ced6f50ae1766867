// A PouchDB that takes a snapshot's lines and deltas as a device does; standard input and output are JSON.
import {createRequire} from 'node:module';
import {text} from 'node:stream/consumers';

const require = createRequire(new URL('../../../scripts/package.json', import.meta.url));
const PouchDB = require('pouchdb').plugin(require('pouchdb-adapter-memory'));

const {lines, deltas} = JSON.parse(await text(process.stdin));
const database = new PouchDB('device', {adapter: 'memory'});
const take = async (documents) => {
  const refused = await database.bulkDocs(documents, {new_edits: false});
  if (refused.length) throw new Error(JSON.stringify(refused));
};

const [header, ...rest] = lines;
for (const {groups} of rest.slice(0, header.blocks)) {
  for (const {fields, columns} of groups) {
    await take(columns[0].map((_, row) => Object.fromEntries(fields.map((name, column) => [name, columns[column][row]]))));
  }
}
for (const {leaves} of rest.slice(header.blocks, -1)) await take(leaves);
for (const {results} of deltas) await take(results.flatMap(({leaves}) => leaves));

const {rows} = await database.allDocs({include_docs: true, conflicts: true});
process.stdout.write(JSON.stringify(rows.map(({doc}) => doc)));
