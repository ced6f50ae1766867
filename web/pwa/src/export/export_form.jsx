// Makes the encrypted file of what is unsent: a passphrase twice, then the file. Loaded when it is needed.
import {useState} from 'preact/hooks';
import {text} from '../strings.js';
import {SHORTEST} from './sealed.js';
import {exportFile} from './unsent_file.js';

const say = text.export;

/** `ids` are what goes into the file; `onMade({id: revision})` hears what is in it when the rep takes it. */
export default function ExportForm({books, ids, onMade}) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState(null);
  const make = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const passphrase = form.get('passphrase');
    if (passphrase.length < SHORTEST) return setProblem(say.short(SHORTEST));
    if (passphrase !== form.get('again')) return setProblem(say.differ);
    setProblem(null);
    setBusy(true);
    try {
      const at = books.clock.now();
      const revisions = Object.fromEntries(books.orders.state.documents.filter(({_id}) => ids.includes(_id)).map(({_id, _rev}) => [_id, _rev]));
      const content = await exportFile(books.local, ids, books.identity, passphrase, at);
      const made = new File([content], `roadbook-unsent-${books.identity.name}-${at.toISOString().slice(0, 10)}.json`, {type: 'application/json'});
      setFile({made, revisions, address: URL.createObjectURL(made)});
    } catch (error) {
      setProblem(`${text.failed}: ${error.message}`);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  if (file) {
    const share = navigator.canShare?.({files: [file.made]});
    return (
      <section class="file-form" role="status">
        <h2>{say.made}</h2>
        <p>{say.keep}</p>
        <div class="actions">
          <a class="button primary" href={file.address} download={file.made.name} onClick={() => onMade(file.revisions)}>{say.save}</a>
          {share && <button type="button" onClick={() => navigator.share({files: [file.made]}).then(() => onMade(file.revisions), () => {})}>{say.share}</button>}
        </div>
      </section>
    );
  }
  return (
    <form class="file-form" onSubmit={make} onInput={() => setProblem(null)}>
      <h2>{say.title}</h2>
      <p>{say.why(ids.length)}</p>
      <label class="field"><span>{say.passphrase}</span><input name="passphrase" type="password" autocomplete="new-password" required /></label>
      <label class="field"><span>{say.again}</span><input name="again" type="password" autocomplete="new-password" required /></label>
      <p><small>{say.remember}</small></p>
      {problem && <p class="wrong" role="alert">{problem}</p>}
      <button type="submit" class="primary" disabled={busy}>{busy ? say.making : say.make}</button>
    </form>
  );
}
