// All documents of the rep's orders database, in memory and current: the database is small (one rep's orders).
import {refused, unsent} from '../outbox/offered.js';
import {orderList} from '../outbox/whereabouts.js';

const SETTLE = 50; // milliseconds, so that a batch of changes is one event

/** The ids of what is on this device alone, by an OrdersStore's state: not sent yet, or refused by the server. */
export function onlyHere({unsent, draftsUnsent, refused, documents}) {
  const stored = new Set(documents.map(({_id}) => _id));
  return [...new Set([...unsent, ...draftsUnsent, ...Object.keys(refused).filter((id) => stored.has(id))])];
}

/** `state` is {orders, drafts, documents, unsent, draftsUnsent, refused}; a "state" event follows each change. */
export class OrdersStore extends EventTarget {
  #feed;
  #timer;

  constructor(database, device) {
    super();
    this.database = database;
    this.device = device;
    this.documents = new Map();
    this.state = {orders: [], drafts: [], documents: [], unsent: [], draftsUnsent: [], refused: {}};
  }

  /** Read what is stored and go on listening. */
  async open() {
    const {update_seq: since} = await this.database.info();
    const {rows} = await this.database.allDocs({include_docs: true});
    for (const {id, doc} of rows) if (!id.startsWith('_design/')) this.documents.set(id, doc);
    this.#feed = this.database.changes({since, live: true, include_docs: true});
    this.#feed.on('change', ({id, doc, deleted}) => {
      if (deleted) this.documents.delete(id);
      else if (!id.startsWith('_design/')) this.documents.set(id, doc);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), SETTLE);
    });
    await this.refresh();
  }

  /** Work out anew where everything is; also after a sync, which moves no document. */
  async refresh() {
    const [waiting, refusals] = await Promise.all([unsent(this.database, this.device), refused(this.database)]);
    const documents = [...this.documents.values()];
    this.state = {
      documents,
      orders: orderList(documents, {unsent: new Set(waiting.documents), refused: refusals}),
      drafts: documents.filter(({type}) => type === 'draft').sort((left, right) => (left.changed_at < right.changed_at ? 1 : -1)),
      unsent: waiting.documents, draftsUnsent: waiting.drafts, refused: refusals,
    };
    this.dispatchEvent(new Event('state'));
  }

  close() {
    clearTimeout(this.#timer);
    this.#feed?.cancel();
  }
}
