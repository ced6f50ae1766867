// Signing out of this device, or fetching everything anew: refused while something is only here, until it was sent or a file was
// made of it.
import {useState} from 'preact/hooks';
import {orderNumber} from '../orders/order.js';
import {unsavedDrafts} from '../store/draft_keeper.js';
import {text} from '../strings.js';
import {Lazy} from './lazy.jsx';
import './leaving.css';

const say = text.leaving;
const exportForm = () => import('../export/export_form.jsx');
const importForm = () => import('../export/import_form.jsx');

export function Leaving({books, onLeft}) {
  const [wanted, setWanted] = useState(null); // 'signOut' or 'reset', while something stands against it
  const [held, setHeld] = useState([]);
  const [saved, setSaved] = useState({}); // id -> revision of what is in a file
  const [exporting, setExporting] = useState(false);
  const [importing, setImporting] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(null);
  const leave = async (how, givenUp = []) => {
    setBusy(true);
    setFailed(null);
    try {
      const only = how === 'reset' ? await books.reset(givenUp) : await books.leave(givenUp);
      if (!only.length) return onLeft();
      setWanted(how);
      setHeld(only);
      setExporting(false);
    } catch (error) {
      setFailed(error.message);
    }
    setBusy(false);
    return undefined;
  };
  const begin = (how) => { if (confirm(say[how].sure)) leave(how); };
  const {refused} = books.orders.state;
  const waiting = held.filter((id) => !(id in refused)).length;
  const {documents} = books.orders.state;
  const inMemory = unsavedDrafts().filter((id) => held.includes(id)); // a file would not have all of them
  const all = !inMemory.length && held.every((id) => saved[id] && saved[id] === revisionOf(id, documents));
  return (
    <section class="leaving">
      <h2>{say.title}</h2>
      {wanted && held.length > 0 && (
        <div class="held" role="alert">
          {waiting > 0 && <p class="wrong">{say.unsent(waiting)}</p>}
          {held.length > waiting && <p class="wrong">{say.refused(held.length - waiting)}</p>}
          {inMemory.length > 0 && <p class="wrong">{say.inMemory(inMemory.length)}</p>}
          <ul>{held.map((id) => <li key={id}>{named(id, documents)}{refused[id] && `: ${refused[id].replace(/^[a-z_]+: /, '')}`}</li>)}</ul>
        </div>
      )}
      {wanted && held.length > 0 && !exporting && (
        <div class="actions">
          <button type="button" onClick={() => { setExporting(true); }}>{say.export}</button>
          {all && (
            <button type="button" class="danger" disabled={busy} onClick={() => confirm(say.deleteSure(held.length)) && leave(wanted, held)}>{say[wanted].deleting}</button>
          )}
        </div>
      )}
      {exporting && <Lazy load={exportForm} books={books} ids={held} onMade={(revisions) => { setSaved(revisions); setTimeout(() => setExporting(false)); }} />}
      {busy && <p role="status">{say.busy}</p>}
      {failed && <p class="wrong" role="alert">{text.failed}: {failed}</p>}
      <div class="actions">
        <button type="button" class="quiet" disabled={busy} onClick={() => begin('signOut')}>{text.sync.signOut}</button>
        <button type="button" class="quiet" disabled={busy} onClick={() => begin('reset')}>{say.reset.title}</button>
        {!importing && <button type="button" class="quiet" onClick={() => setImporting(true)}>{text.import.title}</button>}
      </div>
      {importing && <Lazy load={importForm} books={books} />}
    </section>
  );
}

function revisionOf(id, documents) {
  return documents.find(({_id}) => _id === id)?._rev;
}

function named(id, documents) {
  const document = documents.find(({_id}) => _id === id);
  const whose = document?.customer?.name ?? document?.name;
  if (id.startsWith('order:')) return [orderNumber(id), whose].filter(Boolean).join(', ');
  return say.kinds[id.split(':')[0]]?.(whose ?? (document?.order ? orderNumber(document.order) : '')) ?? id;
}
