// How this device stands with the server, whether it is ready for the road, and the button that does what happens by itself.
import {moment} from '../money/display.js';
import {useAnswer, useStateOf} from '../parts/hooks.js';
import {Leaving} from '../parts/leaving.jsx';
import {Readiness} from '../parts/readiness.jsx';
import {LOCALE, text} from '../strings.js';
import {storageState} from '../store/device.js';
import {updates} from '../store/updates.js';
import './sync_screen.css';

export function SyncScreen({books, onLeft}) {
  const sync = useStateOf(books.sync);
  const {unsent, draftsUnsent, refused} = useStateOf(books.orders);
  const {confirmed} = useStateOf(books.ages);
  const clock = useStateOf(books.clock);
  const documents = useAnswer(async () => ({
    catalog: (await books.catalog.list({limit: 1})).total, customers: (await books.customers.list({limit: 1})).total,
  }), [sync.at, sync.phase]);
  const storage = useAnswer(() => storageState(), [sync.phase]);
  const kept = useAnswer(() => updates.isKept(), [sync.phase]);
  const denied = Object.keys(refused).length;
  const known = documents && storage !== undefined && kept !== undefined;
  return (
    <main>
      <section class={`standing sync-${sync.phase}`} role="status">
        <h1>{text.sync.phases[sync.phase]}</h1>
        <p>{sync.at ? text.sync.last(moment(sync.at, LOCALE)) : text.sync.never}</p>
        <p><strong>{text.sync.unsent(unsent.length)}</strong></p>
        {draftsUnsent.length > 0 && <p>{text.sync.draftsUnsent(draftsUnsent.length)}</p>}
        {denied > 0 && <p class="wrong">{text.sync.refused(denied)}</p>}
        {sync.phase === 'failing' && <p class="wrong">{text.sync.codes[sync.code] ?? sync.error}</p>}
      </section>
      <div class="actions">
        <button type="button" class="primary" disabled={sync.phase === 'syncing'} onClick={() => books.sync.syncNow()}>
          {sync.phase === 'syncing' ? text.sync.syncing : text.sync.now}
        </button>
      </div>
      {known && <Readiness facts={{
        sync, unsent: unsent.length + draftsUnsent.length, refused: denied, documents, confirmed, storage, kept, clock, now: books.clock.now().getTime(),
      }} />}
      <p class="count">{text.sync.who(books.identity.name)} · {text.sync.device(books.identity.device)}</p>
      <Leaving books={books} onLeft={onLeft} />
    </main>
  );
}
