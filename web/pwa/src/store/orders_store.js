// All documents of the rep's orders database, in memory and current: the database is small (one rep's orders).
import {ChoicesNeeded, leavesOf, settle} from '../drafts/settle.js';
import {finishSubmitting} from '../orders/submit.js';
import {refused, refusedRevisions, rememberMerged, unsent} from '../outbox/offered.js';
import {sorted} from '../outbox/versions.js';
import {orderList} from '../outbox/whereabouts.js';

const SETTLE = 50; // milliseconds, so that a batch of changes is one event

/** The ids of what is on this device alone, by an OrdersStore's state: not sent yet, or refused by the server. */
export function onlyHere({unsent, draftsUnsent, refused, documents}) {
  const stored = new Set(documents.map(({_id}) => _id));
  return [...new Set([...unsent, ...draftsUnsent, ...Object.keys(refused).filter((id) => stored.has(id))])];
}

/**
 * `state` is {orders, drafts, documents, unsent, draftsUnsent, refused, torn}; a "state" event follows each change. `torn` are
 * the ids of drafts that two devices changed in the same place. Drafts whose versions can be merged are, whoever looks.
 */
export class OrdersStore extends EventTarget {
  #feed;
  #timer;
  #severed = new Set(); // ids with several versions
  #closed = false;
  #refreshing = null;

  constructor(database, device) {
    super();
    this.database = database;
    this.device = device;
    this.documents = new Map();
    this.state = {orders: [], drafts: [], documents: [], unsent: [], draftsUnsent: [], refused: {}, torn: new Set()};
  }

  /** Read what is stored and go on listening. */
  async open() {
    const {update_seq: since} = await this.database.info();
    const {rows} = await this.database.allDocs({include_docs: true, conflicts: true});
    for (const {id, doc} of rows) this.#take(id, doc);
    const whole = [...this.documents.values()].filter(({_id}) => !this.#severed.has(_id));
    for (const id of await finishSubmitting(this.database, whole)) this.#lose(id);
    this.#feed = this.database.changes({since, live: true, include_docs: true, conflicts: true});
    this.#feed.on('change', ({id, doc, deleted}) => {
      if (deleted) this.#lose(id);
      else this.#take(id, doc);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), SETTLE);
    });
    await this.refresh();
  }

  /** Work out anew where everything is; also after a sync, which moves no document. */
  refresh() {
    this.#refreshing = (this.#refreshing ?? Promise.resolve()).catch(() => {}).then(() => this.#refresh());
    return this.#refreshing;
  }

  async #refresh() {
    const torn = await this.#mergeDrafts();
    const [waiting, refusals, revisions] = await Promise.all([
      unsent(this.database, this.device), refused(this.database), refusedRevisions(this.database),
    ]);
    const versions = await this.#versions(revisions);
    const documents = [...this.documents.values()].map((document) => versions.get(document._id)?.counts ?? document);
    this.state = {
      documents, torn,
      orders: orderList(documents, {unsent: new Set(waiting.documents), refused: refusals, versions}),
      drafts: documents.filter(({type}) => type === 'draft').sort((left, right) => (left.changed_at < right.changed_at ? 1 : -1)),
      unsent: waiting.documents, draftsUnsent: waiting.drafts, refused: refusals,
    };
    this.dispatchEvent(new Event('state'));
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#feed?.cancel();
  }

  #take(id, doc) {
    if (id.startsWith('_design/')) return;
    const {_conflicts: conflicts, ...document} = doc;
    this.documents.set(id, document);
    if (conflicts) this.#severed.add(id);
    else this.#severed.delete(id);
  }

  #lose(id) {
    this.documents.delete(id);
    this.#severed.delete(id);
  }

  /** Merge what can be merged of drafts; the ids of the others. What fails stays as it is: nobody has lost anything. */
  async #mergeDrafts() {
    const torn = new Set();
    for (const id of this.#severed) {
      if (!id.startsWith('draft:') || this.#closed) continue;
      try {
        const merged = await settle(this.database, id, {onMerged: (revision) => rememberMerged(this.database, id, revision)});
        if (merged) this.documents.set(id, merged);
      } catch (error) {
        if (error instanceof ChoicesNeeded) torn.add(id);
      }
    }
    return torn;
  }

  /** {counts, others} of each submitted document that has several versions; others have `refused`, the reason or null. */
  async #versions(revisions) {
    const found = new Map();
    for (const id of this.#severed) {
      if (id.startsWith('draft:') || id.startsWith('receipt:')) continue;
      const accepted = this.documents.get(receiptOf(id))?.revision;
      const {counts, others} = sorted(await leavesOf(this.database, id), {accepted, refused: revisions[id]});
      found.set(id, {counts, others: others.map((document) => ({document, refused: revisions[id]?.[document._rev] ?? null}))});
    }
    return found;
  }
}

function receiptOf(id) { // as the guard has it: order:X is answered by receipt:X, amend:X:1 by receipt:X:amend:1
  const [kind, ulid, number] = id.split(':');
  return ['receipt', ulid, ...(kind === 'amend' || kind === 'cancel' ? [kind] : []), ...(number ? [number] : [])].join(':');
}
