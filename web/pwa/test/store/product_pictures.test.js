// Thumbnails come after everything else, give way to it, and are there without a network.
import {IDBFactory} from 'fake-indexeddb';
import {beforeEach, expect, test, vi} from 'vitest';
import {openStorage} from '../../src/pictures/storage.js';
import {ProductPictures} from '../../src/store/product_pictures.js';

let indexedDB;
let asked;

beforeEach(() => {
  indexedDB = new IDBFactory();
  asked = [];
  vi.stubGlobal('fetch', async (url, options) => {
    asked.push(url);
    const keys = JSON.parse(options.body).keys;
    return Response.json({rows: keys.map((id) => ({doc: {_id: id, digest: 'd1', _attachments: {image: {content_type: 'image/webp', data: btoa('picture')}}}}))});
  });
  vi.stubGlobal('URL', Object.assign(URL, {createObjectURL: () => 'blob:made', revokeObjectURL: () => {}}));
});

const open = (options = {}) => new ProductPictures('http://roadbook.example/couch/pictures', 'rbob', {open: (name) => openStorage(name, indexedDB), ...options});
const BOARD = {_id: 'product:11', picture: 'd1'};

test('a thumbnail that has come is shown, and lists hear of it', async () => {
  const pictures = open();
  const heard = vi.fn();
  pictures.addEventListener('state', heard);
  expect(await pictures.thumbnail(BOARD)).toBe(null);
  await pictures.bring([['product:11', 'd1']]);
  expect(heard).toHaveBeenCalledOnce();
  expect(pictures.state).toEqual({brought: 1});
  expect(await pictures.thumbnail(BOARD)).toBe('blob:made');
  expect(await pictures.thumbnail({...BOARD, picture: 'd2'})).toBe(null);
});

test('what is here is not asked for again', async () => {
  await open().bring([['product:11', 'd1']]);
  await open().bring([['product:11', 'd1']]);
  expect(asked.length).toBe(1);
});

test('somebody who saves data gets none by itself', async () => {
  await open({connection: {saveData: true}}).bring([['product:11', 'd1']]);
  expect(asked).toEqual([]);
});

test('without a server nothing happens, and the next time they come', async () => {
  const {fetch} = globalThis;
  vi.stubGlobal('fetch', async () => { throw new TypeError('Failed to fetch'); });
  const pictures = open();
  await pictures.bring([['product:11', 'd1']]);
  expect(await pictures.thumbnail(BOARD)).toBe(null);
  pictures.server.fetch = fetch;
  await pictures.bring([['product:11', 'd1']]);
  expect(await pictures.thumbnail(BOARD)).toBe('blob:made');
});

test('they give way to what matters', async () => {
  const pictures = open();
  const bringing = pictures.bring(Array.from({length: 300}, (_, number) => [`product:${number}`, 'd1']));
  await vi.waitFor(() => expect(asked.length).toBe(1));
  pictures.pause();
  await bringing;
  expect(asked.length).toBeLessThan(3);
});

test('all of it can be deleted', async () => {
  const pictures = open();
  await pictures.bring([['product:11', 'd1']]);
  await pictures.destroy(indexedDB);
  expect((await indexedDB.databases()).map(({name}) => name)).toEqual([]);
});
