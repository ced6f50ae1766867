// How this device stands with the server, what it holds, how old it is, and the button that does what happens by itself.
import {useState} from 'preact/hooks';
import {moment} from '../money/display.js';
import {orderNumber} from '../orders/order.js';
import {missing} from '../outbox/readiness.js';
import {useAnswer, useStateOf} from '../parts/hooks.js';
import {bytes, storageState} from '../store/device.js';
import {LOCALE, text} from '../strings.js';

const AGES = ['products', 'prices', 'stock', 'customers', 'balances'];

export function SyncScreen({books, onLeft}) {
  const sync = useStateOf(books.sync);
  const {unsent, draftsUnsent, refused} = useStateOf(books.orders);
  const {confirmed} = useStateOf(books.ages);
  const documents = useAnswer(async () => ({
    catalog: (await books.catalog.list({limit: 1})).total, customers: (await books.customers.list({limit: 1})).total,
  }), [sync.at, sync.phase]);
  const storage = useAnswer(() => storageState(), [sync.phase]);
  const [held, setHeld] = useState(0);
  const [failed, setFailed] = useState(null);
  const leave = async () => {
    if (!confirm(text.sync.signOutSure)) return;
    try {
      let only = await books.leave();
      const waiting = only.filter((id) => !(id in books.orders.state.refused));
      if (only.length && !waiting.length && confirm(text.sync.signOutLosing(only.map(named)))) only = await books.leave(only);
      if (!only.length) onLeft();
      setHeld(waiting.length);
    } catch (error) {
      setFailed(error.message);
    }
  };
  const denied = Object.keys(refused).length;
  const ages = {...Object.fromEntries(AGES.map((kind) => [kind, confirmed[kind]])), orders: sync.at};
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
      {documents && <Readiness found={missing({
        sync, unsent: unsent.length + draftsUnsent.length, refused: denied, documents, stock: confirmed.stock, storage, now: Date.now(),
      })} />}
      <h2>{text.sync.ages}</h2>
      <dl class="ages">
        {Object.entries(ages).map(([name, at]) => (
          <><dt>{text.sync.age[name]}</dt><dd>{at ? moment(at, LOCALE) : text.sync.ageUnknown}</dd></>
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
      {failed && <p class="wrong" role="alert">{text.failed}: {failed}</p>}
      <div class="actions"><button type="button" class="quiet" onClick={leave}>{text.sync.signOut}</button></div>
    </main>
  );
}

function named(id) {
  return id.startsWith('order:') ? orderNumber(id) : id;
}

function Readiness({found}) {
  if (!found.length) return <p class="readiness ready" role="status">{text.sync.ready} ✓</p>;
  return (
    <section class="readiness" role="status">
      <h2>{text.sync.notReady}</h2>
      <ul>{found.map((code) => <li key={code}>{text.sync.missing[code]}</li>)}</ul>
    </section>
  );
}
