import assert from 'node:assert/strict';
import {test, vi} from 'vitest';
import {change, newDraft, setQuantity} from '../../src/drafts/draft.js';
import {leavesOf} from '../../src/drafts/settle.js';
import {DraftKeeper, keeperOf, saveDrafts, unsavedDrafts} from '../../src/store/draft_keeper.js';
import {emptyDatabase} from '../pouchdb.js';
import {BOARD, HARBOUR, PHONE, SCREWS, TABLET} from '../samples.js';

async function opened() {
  const database = emptyDatabase();
  const draft = newDraft(HARBOUR, 'USD', PHONE);
  await database.put(draft);
  return {database, id: draft._id, keeper: await new DraftKeeper(database, draft._id).open()};
}

/** Resolves when the keeper's state is as it should be; hears of changes from the keeper itself. */
async function until(keeper, holds) {
  while (!holds(keeper.state)) await new Promise((done) => keeper.addEventListener('state', done, {once: true}));
  return keeper.state;
}

test('a burst of taps is shown at once and saved as one revision', async () => {
  const {database, id, keeper} = await opened();
  for (const quantity of ['1', '2', '3']) keeper.edit((draft) => setQuantity(draft, BOARD, quantity, PHONE));
  assert.deepEqual([keeper.state.draft.lines[0].quantity, keeper.state.saved], ['3', 'saving']);
  await until(keeper, ({saved}) => saved === 'saved');
  const stored = await database.get(id);
  assert.equal(stored.lines[0].quantity, '3');
  assert.match(stored._rev, /^2-/);
  await keeper.close();
});

test('what was not saved yet is saved when the screen is left', async () => {
  const {database, id, keeper} = await opened();
  keeper.edit((draft) => setQuantity(draft, BOARD, '7', PHONE));
  await keeper.close();
  assert.equal((await database.get(id)).lines[0].quantity, '7');
});

test('what was not saved yet is saved before an update starts the page again', async () => {
  const {database, id, keeper} = await opened();
  keeper.edit((draft) => setQuantity(draft, BOARD, '7', PHONE));
  assert.equal(await saveDrafts(), true);
  assert.equal((await database.get(id)).lines[0].quantity, '7');
  await keeper.close();
});

test('an update is told of a draft that cannot be saved, for it would be gone with the page', async () => {
  const {database, keeper} = await opened();
  const {put} = database;
  database.put = async () => { throw new Error('the storage is full'); };
  keeper.edit((draft) => setQuantity(draft, BOARD, '7', PHONE));
  assert.equal(await saveDrafts(), false);
  database.put = put;
  assert.equal(await saveDrafts(), true);
  await keeper.close();
});

test('what could not be saved when the screen was left is there when it is opened again, and saved once it can be', async () => {
  const {database, id, keeper} = await opened();
  const {put} = database;
  database.put = async () => { throw new Error('the storage is full'); };
  keeper.edit((draft) => setQuantity(draft, BOARD, '7', PHONE));
  await keeper.close();
  assert.deepEqual(unsavedDrafts(), [id]);
  const again = await keeperOf(database, id).open();
  assert.deepEqual([again.state.draft.lines[0].quantity, again.state.saved], ['7', 'failed']);
  database.put = put;
  await again.close();
  assert.deepEqual([(await database.get(id)).lines[0].quantity, unsavedDrafts()], ['7', []]);
  assert.notEqual(keeperOf(database, id), again);
});

test('a draft that is discarded while it cannot be saved does not come back', async () => {
  const {database, id, keeper} = await opened();
  const {put} = database;
  database.put = async () => { throw new Error('the storage is full'); };
  keeper.edit((draft) => setQuantity(draft, BOARD, '7', PHONE));
  await keeper.flush();
  database.put = put;
  await database.remove(await database.get(id));
  keeper.drop();
  await keeper.close();
  assert.deepEqual(unsavedDrafts(), []);
  await assert.rejects(database.get(id), {status: 404});
  assert.notEqual(keeperOf(database, id), keeper);
});

test('saving is tried again by itself', async () => {
  const {database, id, keeper} = await opened();
  const {put} = database;
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
  database.put = async () => { throw new Error('the storage is full'); };
  keeper.edit((draft) => setQuantity(draft, BOARD, '7', PHONE));
  await keeper.flush();
  database.put = put;
  vi.advanceTimersByTime(5000);
  vi.useRealTimers();
  await until(keeper, ({saved}) => saved === 'saved');
  assert.equal((await database.get(id)).lines[0].quantity, '7');
  await keeper.close();
});

test("another device's change arrives in the open draft", async () => {
  const {database, id, keeper} = await opened();
  await database.put(change(await database.get(id), {note: 'Gate 3'}, TABLET));
  assert.equal((await until(keeper, ({draft}) => draft.note)).draft.note, 'Gate 3');
  await keeper.close();
});

test("another device's change meanwhile is merged with what is saved here", async () => {
  const {database, id, keeper} = await opened();
  keeper.edit((draft) => setQuantity(draft, BOARD, '2', PHONE));
  await database.put(setQuantity(await database.get(id), SCREWS, '5', TABLET));
  await keeper.flush();
  assert.deepEqual(keeper.state.draft.lines.map(({product, quantity}) => [product, quantity]), [[BOARD._id, '2'], [SCREWS._id, '5']]);
  assert.equal((await leavesOf(database, id)).length, 1);
  await keeper.close();
});

test('the same field changed meanwhile is a choice, and one tap settles it', async () => {
  const {database, id, keeper} = await opened();
  keeper.edit((draft) => change(draft, {note: 'mine'}, PHONE));
  await database.put(change(await database.get(id), {note: 'theirs'}, TABLET));
  await keeper.flush();
  const [choice, ...more] = keeper.state.choices;
  assert.deepEqual([choice.values.map(({value}) => value).sort(), more], [['mine', 'theirs'], []]);
  assert.equal((await leavesOf(database, id)).length, 2);
  await keeper.choose(choice, 'mine', PHONE);
  assert.deepEqual([keeper.state.draft.note, keeper.state.choices, (await leavesOf(database, id)).length], ['mine', [], 1]);
  await keeper.close();
});

test('a version that does not become the winner is merged as well', async () => {
  const {database, id, keeper} = await opened();
  const base = await database.get(id);
  for (const quantity of ['1', '2']) {
    keeper.edit((draft) => setQuantity(draft, BOARD, quantity, PHONE));
    await keeper.flush();
  }
  await database.put(change(base, {note: 'Gate 3'}, TABLET), {force: true});
  const {draft} = await until(keeper, ({draft: {note}}) => note);
  assert.deepEqual([draft.note, draft.lines[0].quantity], ['Gate 3', '2']);
  await keeper.close();
});

test('a storage that refuses is said, and the change stays on the screen', async () => {
  const {database, id} = await opened();
  const full = Object.create(database, {put: {value: async () => { throw new Error('QuotaExceededError'); }}});
  const keeper = await new DraftKeeper(full, id).open();
  keeper.edit((draft) => change(draft, {note: 'kept'}, PHONE));
  await keeper.flush();
  assert.deepEqual([keeper.state.saved, keeper.state.draft.note], ['failed', 'kept']);
  await keeper.close();
});

test('a draft that another device submitted is not there any more', async () => {
  const {database, id, keeper} = await opened();
  await database.remove(await database.get(id));
  await until(keeper, ({draft}) => draft === null);
  await keeper.close();
});

test('two tabs with one draft settle what a third device brought, and both go on saving', async () => {
  const {database, id, keeper} = await opened();
  const other = await new DraftKeeper(database, id).open();
  const base = await database.get(id);
  await database.put(change(base, {po_number: '7'}, PHONE));
  await database.put(change(base, {note: 'Gate 3'}, TABLET), {force: true});
  for (const tab of [keeper, other]) await until(tab, ({draft}) => draft.note === 'Gate 3' && draft.po_number === '7');
  for (const [tab, number] of [[keeper, '8'], [other, '9']]) {
    tab.edit((draft) => change(draft, {po_number: number}, PHONE));
    assert.equal((await until(tab, ({saved}) => saved !== 'saving')).saved, 'saved');
  }
  for (const tab of [keeper, other]) await tab.close();
});

test('a step that failed stops none after it', async () => {
  const {database, id} = await opened();
  let failures = 2;
  const moody = Object.create(database, {put: {value: async (...given) => {
    if (failures-- > 0) throw Object.assign(new Error('the document is held'), {status: 409});
    return database.put(...given);
  }}});
  const keeper = await new DraftKeeper(moody, id).open();
  keeper.edit((draft) => change(draft, {note: 'kept'}, PHONE));
  await keeper.flush();
  assert.equal(keeper.state.saved, 'failed');
  await keeper.flush();
  assert.deepEqual([keeper.state.saved, (await database.get(id)).note], ['saved', 'kept']);
  await keeper.close();
});

test('taps that are not saved yet survive a choice that comes from another device', async () => {
  const {database, id, keeper} = await opened();
  const base = await database.get(id);
  await database.put(change(base, {note: 'mine'}, PHONE));
  await until(keeper, ({draft}) => draft.note === 'mine');
  const asking = new Promise((done) => {
    keeper.database = Object.create(database, {get: {value: async (...given) => {
      const found = await database.get(...given);
      if (given.length === 1) done(); // which version is the winner: the choice is about to be shown
      return found;
    }}});
  });
  await database.put(change(base, {note: 'theirs'}, TABLET), {force: true});
  await asking;
  keeper.edit((draft) => setQuantity(draft, BOARD, '4', PHONE));
  await keeper.flush();
  const {draft} = await until(keeper, ({choices}) => choices.length === 1);
  assert.equal(draft.lines[0]?.quantity, '4');
  await keeper.close();
});

test('of two choices each is asked, and nothing is settled or changed before both are made', async () => {
  const {database, id, keeper} = await opened();
  const base = await database.get(id);
  await database.put(change(base, {note: 'mine', po_number: '1'}, PHONE));
  await database.put(change(base, {note: 'theirs', po_number: '2'}, TABLET), {force: true});
  const {choices: [first, second]} = await until(keeper, ({choices}) => choices.length === 2);
  keeper.edit((draft) => setQuantity(draft, BOARD, '4', PHONE));
  await keeper.choose(first, 'mine', PHONE);
  assert.deepEqual([keeper.state.choices.map(({path}) => path), (await leavesOf(database, id)).length], [[second.path], 2]);
  await keeper.choose(second, '2', PHONE);
  const {draft} = await until(keeper, ({choices}) => choices.length === 0);
  assert.deepEqual([draft.note, draft.po_number, draft.lines, (await leavesOf(database, id)).length], ['mine', '2', [], 1]);
  await keeper.close();
});
