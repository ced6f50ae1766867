// Other versions of a submitted order: refused ones that were put right, and what another device handed in under the same id.
import {money, moment, number} from '../money/display.js';
import {isRival} from '../outbox/versions.js';
import {LOCALE, text} from '../strings.js';

/** `counts` is the version that counts, `others` {document, refused}; `onTake(document)` makes a change of the order out of one. */
export function Versions({counts, others, onTake}) {
  const rivals = others.filter(isRival);
  const replaced = others.filter((each) => !isRival(each));
  return (
    <>
      {rivals.length > 0 && (
        <section class="choices" aria-label={text.versions.title}>
          <h2>{text.versions.title}</h2>
          <p>{text.versions.why}</p>
          <div class="beside">
            <Version document={counts} label={text.versions.counts} />
            {rivals.map(({document}) => <Version key={document._rev} document={document} label={text.versions.other} onTake={onTake} />)}
          </div>
        </section>
      )}
      {replaced.map(({document, refused}) => (
        <details key={document._rev}>
          <summary>{text.versions.replaced(moment(document.captured_at, LOCALE))}</summary>
          <p>{refused.replace(/^[a-z_]+: /, '')}</p>
          <Version document={document} label={text.versions.before} />
        </details>
      ))}
    </>
  );
}

function Version({document, label, onTake = null}) {
  const shown = (amount) => money(amount, document.currency, LOCALE);
  return (
    <article class="version">
      <strong>{label}</strong>
      <small>{text.versions.from(document.device, moment(document.captured_at, LOCALE))}</small>
      <ul>{document.lines.map((line, index) => <li key={index}>{number(line.quantity, LOCALE)} × {line.name}: {shown(line.amount)}</li>)}</ul>
      <strong>{shown(document.total)}</strong>
      {onTake && <button type="button" onClick={() => onTake(document)}>{text.versions.take}</button>}
    </article>
  );
}
