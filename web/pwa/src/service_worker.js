// The app's own files are on the device after the first visit, so that it opens without a network. It touches nothing of
// /couch/: data is the replicas' business. `vite/service_worker.js` puts FILES and VERSION in when the app is built.
/* global FILES, VERSION */
const CACHE = `roadbook-app-${VERSION}`;
const PREFIX = 'roadbook-app-';
const KEPT = 2; // the build before this one too: a tab that still runs it may ask for a part of it
const PAGE = '/app/';
let serving = CACHE; // a newer version's once the rep has taken that one

self.addEventListener('install', (event) => {
  event.waitUntil(keep()); // all files, or this version does not count
});

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

// An update waits until the rep takes it. A browser that was short of space may have deleted the files.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(takeOver());
  if (event.data === 'keep again') event.waitUntil(keep());
  if (event.data.serve) serving = event.data.serve;
});

// Chromium lets the older worker go only once it is idle, which a busy page may keep it from for five minutes: until then
// that one serves the newer version. When it ends, so does the wait.
async function takeOver() {
  self.registration.active?.postMessage({serve: CACHE});
  await self.skipWaiting();
}

self.addEventListener('fetch', (event) => {
  const {pathname, origin} = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin || !pathname.startsWith('/app/')) return;
  event.respondWith(answer(event.request, event.request.mode === 'navigate' ? PAGE : pathname));
});

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, {cache: 'reload'})));
}

async function answer(request, path) {
  const current = await caches.open(serving);
  return await current.match(path) ?? await caches.match(path) ?? fetch(request);
}

async function forgetOld() {
  const own = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE); // the oldest first
  await Promise.all(own.slice(0, Math.max(0, own.length - (KEPT - 1))).map((name) => caches.delete(name)));
}
