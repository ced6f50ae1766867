// What a rep must know wherever they are: the browser deleted something, the device is full, its clock is wrong.
import {moment} from '../money/display.js';
import {LOCALE, text} from '../strings.js';
import {useStateOf} from './hooks.js';
import './notices.css';

const say = text.notices;

export function Notices({books, sync}) {
  const {loss} = useStateOf(books);
  const clock = useStateOf(books.clock);
  return (
    <>
      {loss && (
        <div class="notice stop" role="alert">
          <strong>{say.lost}</strong>
          <p>{lossWords(loss)}</p>
          <p>{say.lostAgain}</p>
          <button type="button" onClick={() => books.seenLoss()}>{say.seen}</button>
        </div>
      )}
      {sync.code === 'storage_full' && sync.phase === 'failing' && (
        <div class="notice stop" role="alert"><strong>{say.full}</strong><p>{say.fullWhat}</p></div>
      )}
      {clock.wrong && (
        <div class="notice" role="status"><strong>{say.clock(duration(clock.skew), clock.skew > 0)}</strong><p>{say.clockWhat}</p></div>
      )}
    </>
  );
}

function lossWords({unsent, drafts, known_at: at}) {
  const when = at ? moment(at, LOCALE) : null;
  if (unsent === null && drafts === null) return say.lostUnknown;
  if (!unsent && !drafts) return say.lostNothing(when);
  return say.lostSome(unsent ?? 0, drafts ?? 0, when);
}

/** Seconds as people say them: "1 day", "3 hours". */
function duration(seconds) {
  const size = Math.abs(seconds);
  const [unit, length] = [['day', 86_400], ['hour', 3600], ['minute', 60]].find(([, each]) => size >= each * 0.9) ?? ['minute', 60];
  return new Intl.NumberFormat(LOCALE, {style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0}).format(Math.max(1, Math.round(size / length)));
}
