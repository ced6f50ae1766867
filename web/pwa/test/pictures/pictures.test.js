// Thumbnails and pictures on a device: never more than asked, never the wrong one, and on from where it stopped.
import {IDBFactory} from 'fake-indexeddb';
import {beforeEach, expect, test} from 'vitest';

import {Pictures} from '../../src/pictures/pictures.js';
import {PictureServer, PicturesRefused} from '../../src/pictures/server.js';
import {openStorage} from '../../src/pictures/storage.js';
import {Thumbnails} from '../../src/pictures/thumbnails.js';

const SIZE = 1000; // bytes of an image

let documents; // what the server has, by id
let requests; // what it was asked, in words
let answer; // what it does instead, if anything
let factory;

/** A server that answers as CouchDB does. */
async function fetch(address, {method = 'GET', body, signal} = {}) {
  const [path] = address.slice('/couch/pictures/'.length).split('?');
  const keys = body ? JSON.parse(body).keys : [decodeURIComponent(path.split('/')[0])];
  requests.push(`${method} ${body ? keys.length : decodeURIComponent(path)}`);
  if (answer) return answer(signal);
  const rows = keys.map((key) => documents.get(key)).map((doc) => (doc ? {doc} : {error: 'not_found'}));
  if (body) return new Response(JSON.stringify({rows}));
  const [{doc}] = rows;
  if (!doc) return new Response('{}', {status: 404});
  if (!path.endsWith('/image')) return new Response(JSON.stringify({...doc, _attachments: {image: {stub: true}}}));
  return new Response(Buffer.from(doc._attachments.image.data, 'base64'), {headers: {'Content-Type': 'image/webp'}});
}

function put(product, digest, fill = digest) {
  for (const kind of ['thumbnail', 'picture']) {
    const data = Buffer.alloc(SIZE, fill).toString('base64');
    const image = {content_type: 'image/webp', data};
    documents.set(`${kind}:${product}`, {_id: `${kind}:${product}`, _rev: '1-a', digest, _attachments: {image}});
  }
  return {_id: `product:${product}`, picture: digest};
}

const products = (count) => Array.from({length: count}, (_, number) => put(number, 'x'));
const storage = (name = 'thumbnails') => openStorage(name, factory);
const server = () => new PictureServer('/couch/pictures/', fetch);
const thumbnails = async (options) => new Thumbnails(server(), await storage(), {page: 10, rest: async () => {}, ...options});
const text = async (blob) => (await blob.text()).slice(0, 1);

beforeEach(() => {
  documents = new Map();
  requests = [];
  answer = null;
  factory = new IDBFactory();
});

test('thumbnails come in pages, one request each, and are there without the server', async () => {
  const wanted = products(25);
  const held = await thumbnails();
  expect(await held.bring(wanted)).toEqual({brought: 25, missing: 0, left: 0});
  expect(requests).toEqual(['POST 10', 'POST 10', 'POST 5']);
  const blob = await (await thumbnails()).get(wanted[24]);
  expect([blob.type, blob.size, await text(blob)]).toEqual(['image/webp', SIZE, 'x']);
  expect(await (await thumbnails()).bring(wanted)).toEqual({brought: 0, missing: 0, left: 0});
  expect(requests.length).toBe(3);
});

test('a product without a picture is asked for nowhere', async () => {
  const held = await thumbnails();
  expect(await held.bring([{_id: 'product:1'}])).toEqual({brought: 0, missing: 0, left: 0});
  expect(await held.get({_id: 'product:1'})).toBe(null);
  expect(requests).toEqual([]);
});

test('another picture of a product takes the place of the old one, which is not shown any more', async () => {
  const [old] = products(1);
  const held = await thumbnails();
  await held.bring([old]);
  const changed = put(0, 'y');
  expect(await held.get(changed)).toBe(null);
  expect(await held.bring([changed])).toEqual({brought: 1, missing: 0, left: 0});
  expect(await text(await held.get(changed))).toBe('y');
  expect(await held.get(old)).toBe(null);
});

test('thumbnails of products that are gone are dropped', async () => {
  const wanted = products(3);
  const held = await thumbnails();
  await held.bring(wanted);
  await held.bring(wanted.slice(1));
  expect(await (await storage()).size()).toBe(2 * SIZE);
});

test('a thumbnail that the server has in another version or not at all is left for the next time', async () => {
  const wanted = products(3);
  documents.delete('thumbnail:0');
  put(1, 'newer than the product on this device');
  const held = await thumbnails();
  expect(await held.bring(wanted)).toEqual({brought: 1, missing: 2, left: 0});
  expect(await held.get(wanted[1])).toBe(null);
  put(0, 'x');
  put(1, 'x');
  expect(await held.bring(wanted)).toEqual({brought: 2, missing: 0, left: 0});
});

test('it stops when it is told to, in the middle of a request too, and goes on from there', async () => {
  const wanted = products(30);
  const stop = new AbortController();
  const pages = [];
  const held = await thumbnails({rest: async () => { if (pages.push(1) === 2) stop.abort(); }});
  expect(await held.bring(wanted, {signal: stop.signal})).toEqual({brought: 10, missing: 0, left: 20});
  const later = new AbortController();
  answer = (signal) => { later.abort(); return Promise.reject(signal.reason); };
  expect(await held.bring(wanted, {signal: later.signal})).toEqual({brought: 0, missing: 0, left: 20});
  answer = null;
  requests.length = 0;
  expect(await held.bring(wanted)).toEqual({brought: 20, missing: 0, left: 0});
  expect(requests).toEqual(['POST 10', 'POST 10']);
});

test.each([
  ['is away', () => Promise.reject(new TypeError('Failed to fetch')), TypeError],
  ['does not let the rep in', async () => new Response('{}', {status: 401}), PicturesRefused],
  ['has no pictures', async () => new Response('{}', {status: 404}), PicturesRefused],
])('when the server %s, what came stays', async (_, refusal, kind) => {
  const wanted = products(20);
  const held = await thumbnails({rest: async () => { if (requests.length === 1) answer = refusal; }});
  await expect(held.bring(wanted)).rejects.toThrow(kind);
  answer = null;
  expect(await (await thumbnails()).bring(wanted)).toEqual({brought: 10, missing: 0, left: 0});
});

test('thumbnails take no more than their space and a page', async () => {
  const held = await thumbnails({space: 15 * SIZE});
  expect(await held.bring(products(100))).toEqual({brought: 20, missing: 0, left: 80});
});

test('a picture is asked for when it is shown, once', async () => {
  const [product] = products(1);
  const held = new Pictures(server(), await storage('pictures'));
  expect((await held.get(product)).size).toBe(SIZE);
  expect(requests).toEqual(['GET picture:0', 'GET picture:0/image']);
  expect(await text(await held.get(product))).toBe('x');
  expect(requests.length).toBe(2);
  expect(await held.get({...product, picture: 'not there yet'})).toBe(null);
  expect(await held.get({_id: 'product:9', picture: 'x'})).toBe(null);
  expect(await held.get({_id: 'product:0'})).toBe(null);
});

test('the pictures that came first make room for others', async () => {
  const wanted = products(4);
  const held = new Pictures(server(), await storage('pictures'), {space: 2 * SIZE});
  for (const product of wanted) await held.get(product);
  expect(await (await storage('pictures')).size()).toBeLessThanOrEqual(2 * SIZE);
  requests.length = 0;
  await held.get(wanted[3]);
  expect(requests).toEqual([]);
  await held.get(wanted[0]);
  expect(requests.length).toBe(2);
});
