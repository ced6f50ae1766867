// Brings in an encrypted file of unsent documents. Loaded when it is needed.
import {useState} from 'preact/hooks';
import {text} from '../strings.js';
import {importFile} from './unsent_file.js';

const say = text.import;

export default function ImportForm({books}) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const [taken, setTaken] = useState(null);
  const take = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    setProblem(null);
    setBusy(true);
    try {
      const ids = await importFile(books.local, await form.get('file').text(), books.identity.rep, form.get('passphrase'));
      await books.orders.refresh();
      setTaken(ids.length);
      books.sync.syncNow();
    } catch (error) {
      setProblem(say[error.code] ?? `${text.failed}: ${error.message}`);
    } finally {
      setBusy(false);
    }
  };
  if (taken !== null) return <p role="status"><strong>{say.taken(taken)}</strong></p>;
  return (
    <form class="file-form" onSubmit={take}>
      <h2>{say.title}</h2>
      <label class="field"><span>{say.file}</span><input name="file" type="file" required /></label>
      <label class="field"><span>{text.export.passphrase}</span><input name="passphrase" type="password" autocomplete="off" required /></label>
      {problem && <p class="wrong" role="alert">{problem}</p>}
      <button type="submit" class="primary" disabled={busy}>{busy ? say.taking : say.take}</button>
    </form>
  );
}
