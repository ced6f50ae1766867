// A Vite plugin: writes sw.js with the list of the build's files and a version that changes with any of them.
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';

const SOURCE = new URL('../src/service_worker.js', import.meta.url);
const PUBLIC = readdirSync(new URL('../public', import.meta.url)).sort(); // copied by Vite, not in the bundle
const PAGE = 'index.html'; // asked for by its folder: a redirect could not be answered with offline

/** `base` is where the app is served: /app/. */
export function serviceWorker(base) {
  return {
    name: 'service-worker',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const hash = createHash('sha256');
        for (const name of Object.keys(bundle).sort()) hash.update(name).update(bundle[name].code ?? bundle[name].source ?? '');
        for (const name of PUBLIC) hash.update(readFileSync(new URL(`../public/${name}`, import.meta.url)));
        const files = [...Object.keys(bundle), ...PUBLIC].map((name) => base + (name === PAGE ? '' : name)).sort();
        const source = readFileSync(SOURCE, 'utf8').replace('/* global FILES, VERSION */\n', '');
        const head = `const VERSION = ${JSON.stringify(hash.update(source).digest('hex').slice(0, 16))};\nconst FILES = ${JSON.stringify(files)};\n`;
        this.emitFile({type: 'asset', fileName: 'sw.js', source: head + source});
      },
    },
  };
}
