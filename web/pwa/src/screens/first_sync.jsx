// Until there is something to show: how far the first sync is. Afterwards what it wraps, with the progress above it. Orders,
// drafts and the Sync tab wait for nothing.
import {useEffect, useState} from 'preact/hooks';
import {text} from '../strings.js';

const PARTS = ['catalog', 'customers'];
const NEEDED = {customers: PARTS, catalogue: ['catalog']}; // by tab

export function FirstSync({books, sync, tab, children}) {
  const [ready, setReady] = useState({});
  const [progress, setProgress] = useState({});
  useEffect(() => {
    for (const part of PARTS) books[part].ready.then(() => setReady((all) => ({...all, [part]: true})));
    const ends = PARTS.map((part) =>
      books[part].on('progress', (told) => setProgress((all) => ({...all, [part]: told}))));
    return () => ends.forEach((end) => end());
  }, [books]);
  useEffect(() => { // all has come, be it nothing: a territory may be empty
    if (sync.phase === 'live') setReady(Object.fromEntries(PARTS.map((part) => [part, true])));
  }, [sync.phase]);
  const told = Object.values(progress).filter(({documents, documents_total: total}) => total === null || documents < total);
  const under = told.length > 0 && sync.phase === 'syncing';
  const open = (NEEDED[tab] ?? []).every((part) => ready[part]);
  return (
    <>
      {(under || !open) && (
        <section class="first-sync" role="status">
          <h2>{text.first.title}</h2>
          {told.map((each, index) => <Bar key={index} told={each} />)}
          <p>{sync.phase === 'offline' ? text.first.offline : text.first.resumes}</p>
          {sync.phase === 'failing' && <p class="wrong" role="alert">{text.failed}: {text.sync.codes[sync.code] ?? sync.error}</p>}
        </section>
      )}
      {open && children}
    </>
  );
}

function Bar({told: {documents, documents_total: total, seconds_left: left}}) {
  return (
    <p>
      <progress max={total ?? undefined} value={total === null ? undefined : documents} aria-label={text.first.title} />
      {text.first.documents(documents, total)}{left !== null && left !== undefined && `, ${text.first.left(left)}`}
    </p>
  );
}
