// Whether dist/ is what the sources say: exit status 0 if it is, 1 if the app must be built. `mark` notes it after a build.
import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MARK = path.join(ROOT, 'dist', 'sources.sha256');
const SOURCES = ['index.html', 'package-lock.json', 'package.json', 'public', 'src', 'vite', 'vite.config.js'];

function files(name) {
  const place = path.join(ROOT, name);
  return statSync(place).isDirectory() ? readdirSync(place).sort().flatMap((inside) => files(path.join(name, inside))) : [name];
}

const hash = createHash('sha256');
for (const name of SOURCES.flatMap(files)) hash.update(`${name}\0`).update(readFileSync(path.join(ROOT, name))).update('\0');
const sources = hash.digest('hex');
if (process.argv[2] === 'mark') writeFileSync(MARK, sources);
else process.exitCode = existsSync(MARK) && readFileSync(MARK, 'utf8') === sources ? 0 : 1;
