// Until there is something to show: how far the first sync is. Afterwards what it wraps, with the progress above it.
import {useEffect, useState} from 'preact/hooks';
import {text} from '../strings.js';

export function FirstSync({books, sync, children}) {
  const [ready, setReady] = useState(false);
  const [progress, setProgress] = useState({});
  useEffect(() => {
    Promise.all([books.catalog.ready, books.customers.ready]).then(() => setReady(true));
    const ends = ['catalog', 'customers'].map((part) =>
      books[part].on('progress', (told) => setProgress((all) => ({...all, [part]: told}))));
    return () => ends.forEach((end) => end());
  }, [books]);
  const told = Object.values(progress).filter(({documents, documents_total: total}) => total === null || documents < total);
  const under = told.length > 0 && sync.phase === 'syncing';
  return (
    <>
      {(under || !ready) && (
        <section class="first-sync" role="status">
          <h2>{text.first.title}</h2>
          {told.map((each, index) => <Bar key={index} told={each} />)}
          <p>{sync.phase === 'offline' ? text.first.offline : text.first.resumes}</p>
        </section>
      )}
      {ready && children}
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
