// Builds the app and, with --mode trial, also the page that replica tests and benchmark drive (src/trial/).
import {readFileSync} from 'node:fs';
import {defineConfig} from 'vite';
import {serviceWorker} from './vite/service_worker.js';

const BASE = '/app/';
const {version} = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

export default defineConfig(({mode}) => ({
  base: BASE,
  define: {
    global: 'globalThis', // PouchDB asks for it
    __APP_VERSION__: JSON.stringify(version),
  },
  oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
  plugins: [serviceWorker(BASE)],
  build: {
    target: 'es2022',
    rolldownOptions: {input: {app: 'index.html', ...(mode === 'trial' && {trial: 'trial.html'})}},
  },
  worker: {format: 'es'},
  test: {include: ['test/**/*.test.js']},
}));
