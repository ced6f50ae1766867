// One open draft: changed at once in memory, saved shortly after, merged when another device changed it meanwhile.
import {change} from '../drafts/draft.js';
import {changesFor} from '../drafts/merge.js';
import {ChoicesNeeded, settle} from '../drafts/settle.js';
import {rememberMerged} from '../outbox/offered.js';

const SETTLE = 400; // milliseconds: a burst of taps is one revision
const TRIES = 5; // of settling versions that another tab settles at the same time
const RETRY = 5000; // milliseconds until saving is tried again after it failed
const keepers = new Set(); // those of this page that are open, or were left with something that could not be saved

/** The keeper of a draft: the one that still holds what could not be saved when its screen was left, else a new one. open() comes next. */
export function keeperOf(database, id) {
  return [...keepers].find((keeper) => keeper.database === database && keeper.id === id) ?? new DraftKeeper(database, id);
}

/** The ids of drafts of which something is in this page's memory alone because saving it has failed. */
export function unsavedDrafts() {
  return [...keepers].filter(({state}) => state.saved === 'failed').map(({id}) => id);
}

/** Give up what could not be saved: what is stored on this device has been deleted, by the rep's own wish. */
export function forgetDrafts() {
  for (const keeper of keepers) keeper.drop();
}

/** Save what is not saved yet of the open drafts, before the page goes; resolves to whether all of it is durable. */
export async function saveDrafts() {
  await Promise.all([...keepers].map((keeper) => keeper.flush()));
  return [...keepers].every(({state}) => state.saved === 'saved');
}

/** `state` is {draft, saved: 'saved' | 'saving' | 'failed', choices}; a "state" event follows each change. */
export class DraftKeeper extends EventTarget {
  #timer = null;
  #saving = Promise.resolve();
  #dirty = false;
  #feed = null;
  #left = false;
  #chosen = new Map(); // path -> changes, until every choice is made

  constructor(database, id) {
    super();
    this.database = database;
    this.id = id;
    this.state = {draft: null, saved: 'saved', choices: []};
  }

  /** Read the draft and follow what other devices make of it; `draft` stays null where there is none. */
  async open() {
    this.#left = false;
    keepers.add(this);
    if (this.#feed) return this;
    await this.#take();
    if (this.#left || this.#feed) return this;
    this.#feed = this.database.changes({since: 'now', live: true, doc_ids: [this.id], style: 'all_docs'});
    this.#feed.on('change', ({changes: versions}) => { // another version may have come without becoming the winner
      if (!this.#dirty && versions.some(({rev}) => rev !== this.state.draft?._rev)) this.#next(() => this.#take());
    });
    return this;
  }

  /**
   * Change it: `edit(draft)` returns the changed draft (drafts/draft.js). While choices are open nothing is changed: a version that
   * knows of both others would settle them unasked.
   */
  edit(edit) {
    if (this.state.choices.length) return;
    this.#dirty = true;
    this.#become({draft: edit(this.state.draft), saved: 'saving'});
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), SETTLE);
  }

  /** Make one choice with one of its values; once all are made, they are written together and both versions are settled. */
  async choose(choice, value, by) {
    await this.flush();
    await this.#next(async () => {
      if (this.#dirty) return; // not saved: the choice stays open
      this.#chosen.set(choice.path, changesFor(choice, value));
      const left = this.state.choices.filter(({path}) => path !== choice.path);
      if (left.length) {
        this.#become({choices: left});
        return;
      }
      const made = Object.assign({}, ...this.#chosen.values());
      this.#chosen.clear();
      await settle(this.database, this.id, {resolved: change(this.state.draft, made, by)});
      await this.#take();
    });
  }

  /** Save what is not saved yet; resolves once it is durable (or has failed: see `saved`). */
  flush() {
    clearTimeout(this.#timer);
    return this.#next(() => this.#save()).then(() => this.#endIfLeft());
  }

  /** The screen is left. What cannot be saved is kept, and tried again, until it is. */
  async close() {
    this.#left = true;
    await this.flush();
  }

  /** The draft is gone, and so is what was not saved of it. */
  drop() {
    this.#dirty = false;
    this.#left = true;
    clearTimeout(this.#timer);
    this.#endIfLeft();
    this.#become({saved: 'saved'});
  }

  #endIfLeft() {
    if (!this.#left || this.#dirty) return;
    keepers.delete(this);
    this.#feed?.cancel();
  }

  /** One step after the other on the stored draft; one that fails stops none after it. What is not stored stays dirty. */
  #next(step) {
    this.#saving = this.#saving.then(step).catch(() => {
      if (!this.#dirty) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.flush(), RETRY);
      this.#become({saved: 'failed'});
    });
    return this.#saving;
  }

  async #save() {
    if (!this.#dirty) return;
    this.#dirty = false;
    const {draft} = this.state;
    try {
      const {rev} = await this.database.put(draft);
      this.#become({draft: {...this.state.draft, _rev: rev}, saved: this.#dirty ? 'saving' : 'saved'});
    } catch (error) {
      try {
        if (error.status !== 409) throw error;
        await this.database.put(draft, {force: true}); // a version beside the other device's, then both are merged
      } catch (failure) {
        this.#dirty = true;
        throw failure;
      }
      this.#become({saved: this.#dirty ? 'saving' : 'saved'});
      await this.#take();
    }
  }

  async #take() {
    for (let tries = TRIES; ; tries -= 1) {
      try {
        const draft = await settle(this.database, this.id, {onMerged: (revision) => rememberMerged(this.database, this.id, revision)});
        if (!this.#dirty) this.#become({draft, saved: 'saved', choices: []});
        return;
      } catch (error) {
        if (error.status === 409 && tries > 1) continue; // another tab settles it too
        if (error.status === 404) this.#become({draft: null, choices: []});
        else if (error instanceof ChoicesNeeded) await this.#ask(error);
        else throw error;
        return;
      }
    }
  }

  async #ask({merged, choices}) {
    const {_rev} = await this.database.get(this.id);
    this.#chosen.clear(); // other versions, other questions
    if (!this.#dirty) this.#become({draft: {...merged, _rev}, saved: 'saved', choices});
  }

  #become(changed) {
    this.state = {...this.state, ...changed};
    this.dispatchEvent(new Event('state'));
  }
}
