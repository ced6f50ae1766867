// "Ready for the road?": every condition with what is known of it; green only when all hold.
import {moment} from '../money/display.js';
import {conditions, KINDS, signInEnds} from '../outbox/readiness.js';
import {bytes} from '../store/device.js';
import {LOCALE, text} from '../strings.js';

const say = text.road;

/** `facts` as outbox/readiness.js takes them. */
export function Readiness({facts}) {
  const found = conditions(facts);
  const ready = found.every(({ok}) => ok);
  return (
    <section class={ready ? 'road ready' : 'road'} role="status">
      <h2>{ready ? `${say.ready} ✓` : say.notReady}</h2>
      <ul>
        {found.map(({what, ok, why}) => (
          <li key={what} class={ok ? 'ok' : 'open'}>
            <span class="mark" role="img" aria-label={ok ? say.holds : say.open}>{ok ? '✓' : '!'}</span>
            <strong>{say.what[what]}</strong>
            <span>{known(what, facts)}</span>
            {why && <small>{say.why[why]}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function known(what, {sync, unsent, refused, documents, confirmed, storage, now}) {
  if (what === 'synced') return sync.at ? moment(sync.at, LOCALE) : say.never;
  if (what === 'unsent') return String(unsent);
  if (what === 'refused') return String(refused);
  if (what === 'documents') return say.documents(documents.catalog, documents.customers);
  if (KINDS.includes(what)) return confirmed[what] ? age(now - Date.parse(confirmed[what])) : say.unknown;
  if (what === 'space') return storage?.quota ? say.free(bytes(storage.quota - (storage.used ?? 0), LOCALE)) : say.unknown;
  if (what === 'sign_in') {
    const ends = signInEnds(sync.signed_in_at);
    return ends ? say.until(moment(new Date(ends).toISOString(), LOCALE)) : '';
  }
  return '';
}

/** How long ago something was, as people say it. */
function age(milliseconds) {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000));
  const relative = new Intl.RelativeTimeFormat(LOCALE, {numeric: 'auto', style: 'short'});
  if (minutes < 60) return relative.format(-minutes, 'minute');
  return minutes < 2880 ? relative.format(-Math.round(minutes / 60), 'hour') : relative.format(-Math.round(minutes / 1440), 'day');
}
