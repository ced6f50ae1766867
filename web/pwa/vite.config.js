// Builds the page that tests and benchmark drive, for now: src/trial/ (the app's own page comes with the app).
import {defineConfig} from 'vite';

export default defineConfig({
  base: '/app/',
  define: {global: 'globalThis'}, // PouchDB asks for it
  build: {
    target: 'es2022',
    rolldownOptions: {input: {trial: 'trial.html'}},
  },
  worker: {format: 'es'},
  test: {include: ['test/**/*.test.js']},
});
