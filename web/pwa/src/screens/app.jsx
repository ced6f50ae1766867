// What is on the screen: the sign-in, or the four tabs and what they lead to.
import {useEffect, useState} from 'preact/hooks';
import {SyncChip} from '../parts/chips.jsx';
import {Failure} from '../parts/failure.jsx';
import {forgetRemembered, go, useRoute, useStateOf} from '../parts/hooks.js';
import {Notices} from '../parts/notices.jsx';
import {Place} from '../parts/place.jsx';
import {UpdateOffer} from '../parts/update_offer.jsx';
import {Books} from '../store/books.js';
import {askToKeep} from '../store/device.js';
import {forgetDrafts} from '../store/draft_keeper.js';
import {keepIdentity, knownIdentity, onForgotten} from '../store/identity.js';
import {recallIdentity} from '../store/kept_identity.js';
import {Marks} from '../store/marks.js';
import {text} from '../strings.js';
import {Catalogue} from './catalogue.jsx';
import {Customer} from './customer.jsx';
import {Customers} from './customers.jsx';
import {Draft} from './draft.jsx';
import {FirstSync} from './first_sync.jsx';
import {Order} from './order.jsx';
import {Orders} from './orders.jsx';
import {SignIn} from './sign_in.jsx';
import {SyncScreen} from './sync_screen.jsx';

const TABS = ['customers', 'catalogue', 'orders', 'sync'];

export function App() {
  const [books, setBooks] = useState(null);
  const [identity, setIdentity] = useState(knownIdentity);
  const [recalled, setRecalled] = useState(false); // whether IndexedDB was asked who uses this device
  const [failed, setFailed] = useState(null);
  useEffect(() => {
    if (!identity) {
      recallIdentity().catch(() => null).then((found) => {
        if (found) setIdentity(found);
        setRecalled(true);
      });
      return undefined;
    }
    askToKeep().catch(() => {}); // browsers say yes later than at the first time: once the app is installed or used
    const opening = new Books(identity, __APP_VERSION__).open();
    opening.then((opened) => {
      setBooks(opened);
      opened.sync.start();
    }).catch((error) => setFailed(error));
    return onForgotten(() => { // signed out, or everything fetched anew, in another tab
      forgetDrafts();
      location.reload();
    });
  }, [identity]);
  if (!identity) {
    if (!recalled) return <main class="quiet" aria-busy="true" />;
    const before = new Marks().known();
    return <SignIn notice={before && text.notices.wiped} onSignedIn={(who) => setIdentity(keepIdentity(who, localStorage, before?.device))} />;
  }
  if (failed) return <CannotOpen error={failed} />;
  return books ? <Main books={books} onLeft={() => location.reload()} /> : <main class="quiet" aria-busy="true" />;
}

function Main({books, onLeft}) {
  const route = useRoute();
  const orders = useStateOf(books.orders);
  const sync = useStateOf(books.sync);
  const [asking, setAsking] = useState(false);
  const [tab = 'customers', ...rest] = route;
  return (
    <>
      <header class="top">
        <strong>{text.app}</strong>
        <SyncChip sync={sync} unsent={orders.unsent.length} />
      </header>
      {sync.phase === 'sign_in' && (
        <div class="banner" role="status">
          {text.sync.phases.sign_in} <button type="button" onClick={() => setAsking(true)}>{text.signIn.submit}</button>
        </div>
      )}
      {asking && <SignIn again={books.identity} onLater={() => setAsking(false)} onSignedIn={() => {
        setAsking(false);
        books.sync.syncNow();
      }} />}
      <Notices books={books} sync={sync} />
      <UpdateOffer />
      <FirstSync books={books} sync={sync} tab={tab}>
        <Place at={route.join('/')}><Screen books={books} tab={tab} rest={rest} onLeft={onLeft} /></Place>
      </FirstSync>
      {tab !== 'draft' && (
        <nav class="tabs" aria-label={text.tabsLabel}>
          {TABS.map((name) => (
            <button type="button" key={name} aria-current={name === tab ? 'page' : undefined} onClick={() => show(name)}>{text.tabs[name]}</button>
          ))}
        </nav>
      )}
    </>
  );
}

function show(tab) {
  if (location.hash !== `#/${tab}`) forgetRemembered();
  go(tab);
}

function CannotOpen({error}) {
  return (
    <main>
      <h1>{text.notices.cannotOpen}</h1>
      <Failure error={error} />
      <div class="actions"><button type="button" class="primary" onClick={() => location.reload()}>{text.notices.again}</button></div>
    </main>
  );
}

function Screen({books, tab, rest, onLeft}) {
  const [id, part] = rest;
  if (tab === 'customers' && id) return <Customer books={books} id={id} />;
  if (tab === 'catalogue') return <Catalogue books={books} id={id} />;
  if (tab === 'orders' && id) return <Order books={books} id={id} />;
  if (tab === 'orders') return <Orders books={books} />;
  if (tab === 'draft') return <Draft key={id} books={books} id={id} reviewing={part === 'review'} />;
  if (tab === 'sync') return <SyncScreen books={books} onLeft={onLeft} />;
  return <Customers books={books} />;
}
