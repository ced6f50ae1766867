// Other versions of a submitted order: refused ones that were put right, and what another device handed in under the same id.
import {money, moment, number} from '../money/display.js';
import {isRival} from '../outbox/versions.js';
import {LOCALE, text} from '../strings.js';

/**
 * `standing` are the order and its changes as they count, `others` {document, refused} what does not; `onTake(document)` makes a
 * change of the order out of one.
 */
export function Versions({standing, currency, others, onTake}) {
  const replaced = others.filter((each) => !isRival(each));
  const contested = standing.map((counts) => ({counts, rivals: others.filter((each) => each.document._id === counts._id && isRival(each))}));
  return (
    <>
      {contested.filter(({rivals}) => rivals.length > 0).map(({counts, rivals}) => (
        <section key={counts._id} class="choices" aria-label={text.versions.title}>
          <h2>{text.versions.title}</h2>
          <p>{text.versions.why[counts.type]}</p>
          <div class="beside">
            <Version document={counts} currency={currency} label={text.versions.counts} />
            {rivals.map(({document}) => <Version key={document._rev} document={document} currency={currency} label={text.versions.other} onTake={onTake} />)}
          </div>
        </section>
      ))}
      {replaced.map(({document, refused}) => (
        <details key={document._rev}>
          <summary>{text.versions.replaced(moment(document.captured_at, LOCALE))}</summary>
          <p>{refused.replace(/^[a-z_]+: /, '')}</p>
          <Version document={document} currency={currency} label={text.versions.before} />
        </details>
      ))}
    </>
  );
}

function Version({document, currency, label, onTake = null}) {
  const shown = (amount) => money(amount, currency, LOCALE);
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
