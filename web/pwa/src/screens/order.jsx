// One submitted order: where it is and why, its way so far, its lines, and what may still be done with it.
import {useState} from 'preact/hooks';
import {amendmentDraft, change, copyOf, repairDraft} from '../drafts/draft.js';
import {compare} from '../money/decimal.js';
import {day, money, moment, number, unitPrice} from '../money/display.js';
import {percentOf} from '../money/entered.js';
import {author, cancellationOf, orderIdOf} from '../orders/order.js';
import {standing} from '../orders/standing.js';
import {granting} from '../orders/stock.js';
import {submitCancellation} from '../orders/submit.js';
import {claimsOn} from '../outbox/committed.js';
import {trailOf} from '../outbox/trail.js';
import {refusal} from '../outbox/whereabouts.js';
import {PlaceChip, placeText} from '../parts/chips.jsx';
import {Failure} from '../parts/failure.jsx';
import {go, useAttempt, useStateOf} from '../parts/hooks.js';
import {OrderPaper} from '../parts/order_paper.jsx';
import {SignatureImage} from '../parts/signature_image.jsx';
import {Copied} from '../parts/stock.jsx';
import {Trail} from '../parts/trail.jsx';
import {Versions} from '../parts/versions.jsx';
import {Withdrawal} from '../parts/withdrawal.jsx';
import {SERVER} from '../store/books.js';
import {LOCALE, text} from '../strings.js';
import './order.css';

const FINISHED = new Set(['converted', 'cancelled']); // nothing is changed any more from here

export function Order({books, id}) {
  const {orders, drafts, refused, unsent} = useStateOf(books.orders);
  const [withdrawing, setWithdrawing] = useState(false);
  const [copied, setCopied] = useState(null);
  const [attempt, failed] = useAttempt();
  const found = orders.find(({document}) => document._id === id);
  if (!found) return <main><p>{text.orders.notHere}</p><a class="back" href="#/orders">{text.tabs.orders}</a></main>;
  const {document: order, later, where, others} = found;
  const stands = standing(order, later);
  const by = () => author(books.identity);
  const open = (draft) => attempt(async () => {
    await books.local.put(draft);
    go('draft', draft._id, 'review');
  });
  const begun = drafts.find(({amends, repairs}) => amends === id || repairs === id); // one change at a time
  const resume = (draft) => (begun ? go('draft', begun._id, 'review') : open(draft()));
  const amend = () => resume(() => amendmentDraft(order, stands, by()));
  const approving = (draft) => change(draft, {approves: true}, by());
  const approve = () => (begun && !begun.approves ? open(approving(begun)) : resume(() => approving(amendmentDraft(order, stands, by()))));
  const mayRepair = where.repairs && refusal(refused[where.repairs]).who === 'rep'; // whatever else the order waits for
  const repairing = where.repairs && drafts.find(({repairs}) => repairs === where.repairs); // beside a change that was begun before
  const repair = () => {
    if (where.repairs.startsWith('cancel:')) return setWithdrawing(true);
    if (repairing) return go('draft', repairing._id, 'review');
    const left = where.repairs === id && drafts.find((draft) => orderIdOf(draft) === id); // after a crash, or changed elsewhere meanwhile
    if (left) return open(change(left, {repairs: id, amends: undefined}, by()));
    return open(repairDraft([order, ...later].find(({_id}) => _id === where.repairs), by(), order));
  };
  const takeVersion = (version) => resume(() => {
    const draft = amendmentDraft(order, standing(version, []), by());
    return version.kind === 'order' && stands.kind === 'quote' ? approving(draft) : draft;
  });
  const copy = () => attempt(async () => {
    const grant = granting(claimsOn(books.orders.state.orders), await books.settings());
    const products = await books.products(stands.lines.map(({product}) => product), order.customer.id);
    const made = copyOf({...order, lines: stands.lines}, products, by(), grant);
    await books.local.put(made.draft);
    if (made.left.length || made.short.length) setCopied(made);
    else go('draft', made.draft._id);
  });
  const withdraw = (reason) => attempt(async () => {
    await submitCancellation(books.local, cancellationOf(id, reason, by()));
    setWithdrawing(false);
  });
  const changeable = !where.repairs && !stands.withdrawn && !FINISHED.has(where.outcome);
  return (
    <main>
      <a class="back" href="#/orders">‹ {text.tabs.orders}</a>
      <h1>{order.customer.name}</h1>
      <p>{text.orders.kind[stands.kind]} {where.number} · {text.orders.captured(moment(order.captured_at, LOCALE))}</p>
      <Where where={where} withdrawn={stands.withdrawn} />
      {mayRepair && (
        <div class="actions"><button type="button" class="primary" onClick={repair}>{repairing ? text.orders.goOnRepairing : text.orders.repair}</button></div>
      )}
      <Failure error={failed} />
      <Versions standing={[order, ...later]} currency={order.currency} others={others} onTake={changeable ? takeVersion : null} />
      <Content order={order} stands={stands} />
      <h2>{text.trail.title}</h2>
      <Trail steps={trailOf(found, {unsent, refused})} device={books.identity.device} />
      {where.outcome === 'converted' && <p>{text.orders.invoiced}</p>}
      {withdrawing
        ? <Withdrawal onWithdraw={withdraw} onCancel={() => setWithdrawing(false)} />
        : <div class="actions">
          {changeable && stands.kind === 'quote' && <button type="button" class="primary" onClick={approve}>{text.orders.approve}</button>}
          {changeable && <button type="button" onClick={amend}>{begun ? text.orders.goOn : text.orders.amend}</button>}
          <button type="button" onClick={copy}>{text.orders.copy}</button>
          {changeable && <button type="button" class="quiet" onClick={() => setWithdrawing(true)}>{text.orders.cancel}</button>}
        </div>}
      <OrderPaper key={id} server={SERVER} rep={order.rep} order={id} number={where.number} />
      <Copied copied={copied} age={books.ages.state.confirmed.stock} />
    </main>
  );
}

/** Where it is, in one sentence what that means, why, and who must act. */
function Where({where, withdrawn}) {
  const change = where.change;
  return (
    <section class={`where ${where.place}`} role="status" aria-label={text.orders.trail}>
      <PlaceChip where={where} />
      <p>{text.orders.means(where, withdrawn)}</p>
      {where.reason && <p><strong>{where.reason.text}</strong> {text.orders.who[where.reason.who]}</p>}
      {where.notice && <p>{where.notice.text} {text.orders.who[where.notice.who]}</p>}
      {change && <p>{text.orders.changeIs(text.orders.change[change.what], placeText(change))}
        {change.reason && change.reason !== where.reason && ` ${change.reason.text}`}</p>}
    </section>
  );
}

function Content({order, stands}) {
  const shown = (amount) => money(amount, order.currency, LOCALE);
  const signature = stands.signature ?? order.signature;
  return (
    <>
      <h2>{text.orders.lines}</h2>
      <ul class="list">
        {stands.lines.map((line, index) => (
          <li key={index} class="product">
            <div><strong>{line.name}</strong><small>{number(line.quantity, LOCALE)} × {unitPrice(line.unit_price, order.currency, LOCALE)}{compare(line.discount, '0') > 0 && ` −${percentOf(line.discount)} %`}</small></div>
            <span>{shown(line.amount)}</span>
          </li>
        ))}
        {stands.charges?.map((charge, index) => (
          <li key={index} class="product"><strong>{charge.name}</strong><span>{shown(charge.amount)}</span></li>
        ))}
      </ul>
      <dl class="totals">
        {stands.discount && <><dt>{text.draft.discount}</dt><dd>−{shown(stands.discount.amount)}</dd></>}
        <dt class="sum">{text.draft.total}</dt><dd class="sum">{shown(stands.total)}</dd>
        {order.po_number && <><dt>{text.draft.poNumber}</dt><dd>{order.po_number}</dd></>}
        {order.deliver_on && <><dt>{text.draft.deliverOn}</dt><dd>{day(order.deliver_on, LOCALE)}</dd></>}
      </dl>
      {(stands.note ?? order.note) && <p class="note">{stands.note ?? order.note}</p>}
      {signature && (
        <figure>
          <SignatureImage signature={signature} />
          <figcaption>{text.signature.signed(signature.signed_by, moment(signature.signed_at, LOCALE))}
            {!stands.signature && ` ${text.signature.before}`}</figcaption>
        </figure>
      )}
    </>
  );
}
