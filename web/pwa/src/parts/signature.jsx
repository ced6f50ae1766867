// The customer's signature on a draft: asked for, shown, or out of date because the order changed afterwards.
import {useState} from 'preact/hooks';
import {isOutdated, markOf} from '../orders/signed.js';
import {moment} from '../money/display.js';
import {LOCALE, text} from '../strings.js';
import {SignatureImage} from './signature_image.jsx';
import './signature.css';

/** `set(fields)` changes the draft; `now()` is the time. The pad is loaded when it is needed. */
export function Signature({draft, set, now = () => new Date()}) {
  const [pad, setPad] = useState(null);
  const [failed, setFailed] = useState(false);
  const {signature} = draft;
  const open = () => import('./signature_pad.jsx').then(({SignaturePad}) => setPad(() => SignaturePad), () => setFailed(true));
  const keep = (drawn) => {
    set({signature: {...drawn, signed_at: now().toISOString(), of: markOf(draft)}});
    setPad(null);
  };
  const Pad = pad;
  if (Pad) return <Pad onSigned={keep} onCancel={() => setPad(null)} />;
  return (
    <section class="signing" aria-label={text.signature.title}>
      {signature && (
        <figure class={isOutdated(draft) ? 'outdated' : ''}>
          <SignatureImage signature={signature} />
          <figcaption>{text.signature.signed(signature.signed_by, moment(signature.signed_at, LOCALE))}</figcaption>
        </figure>
      )}
      {signature && isOutdated(draft) && <p class="wrong">{text.signature.outdated}</p>}
      {failed && <p class="wrong" role="alert">{text.failed}</p>}
      <div class="actions">
        <button type="button" onClick={open} disabled={!draft.lines.length}>{signature ? text.signature.again : text.signature.sign}</button>
        {signature && <button type="button" class="quiet" onClick={() => set({signature: undefined})}>{text.signature.remove}</button>}
      </div>
    </section>
  );
}
