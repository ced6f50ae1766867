// One submitted order: where it is and why, its lines, and what may still be done with it.
import {amendmentDraft, change, isAmendable, newDraft} from '../drafts/draft.js';
import {money, moment, number} from '../money/display.js';
import {author, cancellationOf} from '../orders/order.js';
import {standing} from '../orders/standing.js';
import {PlaceChip, placeText} from '../parts/chips.jsx';
import {go, useStateOf} from '../parts/hooks.js';
import {LOCALE, text} from '../strings.js';

export function Order({books, id}) {
  const {orders, refused} = useStateOf(books.orders);
  const found = orders.find(({document}) => document._id === id);
  if (!found) return <main><p>{text.orders.none}</p></main>;
  const {document: order, later, where} = found;
  const stands = standing(order, later);
  const shown = (amount) => money(amount, order.currency, LOCALE);
  const open = async (draft) => {
    await books.local.put(draft);
    go('draft', draft._id, 'review');
  };
  const by = () => author(books.identity);
  const amend = () => open(amendmentDraft(order, stands, by()));
  const approve = () => open(change(amendmentDraft(order, stands, by()), {approves: true}, by()));
  const copy = () => open(change({...amendmentDraft(order, stands, by()), _id: newDraft(order.customer, order.currency, by())._id}, {amends: undefined}, by()));
  const withdraw = () => confirm(text.orders.cancelSure) && books.local.put(cancellationOf(id, '', by()));
  const standsOpen = !refused[id] && !stands.withdrawn;
  const changeable = standsOpen && isAmendable(stands);
  return (
    <main>
      <a class="back" href="#/orders">‹ {text.tabs.orders}</a>
      <h1>{order.customer.name}</h1>
      <p>{text.orders.kind[stands.kind]} {where.number} · {text.orders.captured(moment(order.captured_at, LOCALE))}</p>
      <section class={`where ${where.place}`} role="status" aria-label={text.orders.trail}>
        <PlaceChip where={where} />
        {where.reason && <p><strong>{where.reason.text}</strong> {text.orders.who[where.reason.who]}</p>}
        {where.notice && <p>{where.notice.text} {text.orders.who[where.notice.who]}</p>}
        {where.change && <p>{text.orders.changeIs(text.orders.change[where.change.what], placeText(where.change))}</p>}
      </section>
      <h2>{text.orders.lines}</h2>
      <ul class="list">
        {stands.lines.map((line) => (
          <li key={line.product + line.amount} class="product">
            <div><strong>{line.name}</strong><small>{number(line.quantity, LOCALE)} × {shown(line.unit_price)}</small></div>
            <span>{shown(line.amount)}</span>
          </li>
        ))}
        {stands.charges.map((charge) => (
          <li key={charge.product} class="product"><strong>{charge.name}</strong><span>{shown(charge.amount)}</span></li>
        ))}
      </ul>
      <dl class="totals">
        {stands.discount && <><dt>{text.draft.discount}</dt><dd>−{shown(stands.discount.amount)}</dd></>}
        <dt class="sum">{text.draft.total}</dt><dd class="sum">{shown(stands.total)}</dd>
      </dl>
      {stands.note && <p class="note">{stands.note}</p>}
      {!isAmendable(stands) && <p>{text.orders.repeated}</p>}
      <div class="actions">
        {changeable && stands.kind === 'quote' && <button type="button" class="primary" onClick={approve}>{text.orders.approve}</button>}
        {changeable && <button type="button" onClick={amend}>{text.orders.amend}</button>}
        {isAmendable(stands) && <button type="button" onClick={copy}>{text.orders.copy}</button>}
        {standsOpen && <button type="button" class="quiet" onClick={withdraw}>{text.orders.cancel}</button>}
      </div>
    </main>
  );
}
