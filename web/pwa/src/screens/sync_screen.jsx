// How this device stands with the server, what it holds, how old it is, and the button that does what happens by itself.
import {useState} from 'preact/hooks';
import {moment} from '../money/display.js';
import {useAnswer, useStateOf} from '../parts/hooks.js';
import {bytes, storageState} from '../store/device.js';
import {LOCALE, text} from '../strings.js';

export function SyncScreen({books, onLeft}) {
  const sync = useStateOf(books.sync);
  const {unsent, draftsUnsent, refused} = useStateOf(books.orders);
  const ages = useAnswer(async () => ({
    catalog: (await books.catalog.status()).synced_at, customers: (await books.customers.status()).synced_at, orders: sync.at,
  }), [sync.at, sync.phase]);
  const storage = useAnswer(() => storageState(), [sync.phase]);
  const [held, setHeld] = useState(0);
  const leave = async () => {
    if (!confirm(text.sync.signOutSure)) return;
    if (await books.leave()) onLeft();
    else setHeld(books.unsent());
  };
  const denied = Object.keys(refused).length;
  return (
    <main>
      <section class={`standing sync-${sync.phase}`} role="status">
        <h1>{text.sync.phases[sync.phase]}</h1>
        <p>{sync.at ? text.sync.last(moment(sync.at, LOCALE)) : text.sync.never}</p>
        <p><strong>{text.sync.unsent(unsent.length)}</strong></p>
        {draftsUnsent.length > 0 && <p>{text.sync.draftsUnsent(draftsUnsent.length)}</p>}
        {denied > 0 && <p class="wrong">{text.sync.refused(denied)}</p>}
        {sync.phase === 'failing' && <p class="wrong">{sync.error}</p>}
      </section>
      <div class="actions">
        <button type="button" class="primary" disabled={sync.phase === 'syncing'} onClick={() => books.sync.syncNow()}>
          {sync.phase === 'syncing' ? text.sync.syncing : text.sync.now}
        </button>
      </div>
      <h2>{text.sync.ages}</h2>
      <dl class="ages">
        {ages && Object.entries(ages).map(([name, at]) => (
          <><dt>{text.sync.age[name]}</dt><dd>{at ? moment(at, LOCALE) : text.sync.never}</dd></>
        ))}
      </dl>
      {storage && storage.quota !== null && (
        <>
          <h2>{text.sync.storage}</h2>
          <p>{text.sync.storageUse(bytes(storage.used, LOCALE), bytes(storage.quota - storage.used, LOCALE))}.{' '}
            {storage.persisted ? text.sync.kept : text.sync.notKept}.</p>
        </>
      )}
      <p class="count">{text.sync.who(books.identity.name)} · {text.sync.device(books.identity.device)}</p>
      {held > 0 && <p class="wrong" role="alert">{text.sync.signOutRefused(held)}</p>}
      <div class="actions"><button type="button" class="quiet" onClick={leave}>{text.sync.signOut}</button></div>
    </main>
  );
}
