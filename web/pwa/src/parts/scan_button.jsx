// Opens the barcode reader, which is loaded only then.
import {useState} from 'preact/hooks';
import {text} from '../strings.js';

export function ScanButton({onCode}) {
  const [Scanner, setScanner] = useState(null);
  const [failed, setFailed] = useState(false);
  const open = () => import('./barcode_scanner.jsx').then(({default: loaded}) => setScanner(() => loaded), () => setFailed(true));
  return (
    <>
      <button type="button" class="scan" aria-label={text.scanner.title} onClick={open}>
        <svg viewBox="0 0 24 18" width="24" height="18" aria-hidden="true"><path d="M1 1h2v16H1zm4 0h1v16H5zm3 0h3v16H8zm5 0h1v16h-1zm3 0h2v16h-2zm4 0h3v16h-3z" fill="currentColor" /></svg>
      </button>
      {failed && <p class="wrong" role="alert">{text.failed}</p>}
      {Scanner && <Scanner onClose={() => setScanner(null)} onCode={(code) => {
        setScanner(null);
        onCode(code);
      }} />}
    </>
  );
}
