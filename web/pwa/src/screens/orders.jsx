// Drafts and orders, each with where it is.
import {money, moment} from '../money/display.js';
import {PlaceChip} from '../parts/chips.jsx';
import {useStateOf} from '../parts/hooks.js';
import {standing} from '../orders/standing.js';
import {LOCALE, text} from '../strings.js';

export function Orders({books}) {
  const {orders, drafts} = useStateOf(books.orders);
  return (
    <main>
      <h1 class="unseen">{text.tabs.orders}</h1>
      {drafts.length > 0 && <h2>{text.draft.open}</h2>}
      <ul class="list">{drafts.map((draft) => <DraftRow key={draft._id} draft={draft} />)}</ul>
      {drafts.length > 0 && <h2>{text.tabs.orders}</h2>}
      <ul class="list">{orders.map((each) => <OrderRow key={each.document._id} {...each} />)}</ul>
      {!orders.length && !drafts.length && <p class="count">{text.orders.none}</p>}
    </main>
  );
}

export function DraftRow({draft}) {
  return (
    <li>
      <a href={`#/draft/${encodeURIComponent(draft._id)}`}>
        <strong>{draft.customer.name}</strong>
        <small>{text.draft.lines(draft.lines.length)} · {moment(draft.changed_at, LOCALE)}</small>
      </a>
    </li>
  );
}

export function OrderRow({document, later, where}) {
  const {kind, total, withdrawn} = standing(document, later);
  return (
    <li>
      <a href={`#/orders/${encodeURIComponent(document._id)}`}>
        <strong>{document.customer.name}</strong>
        <small>
          {[text.orders.kind[kind], where.number, money(total, document.currency, LOCALE), withdrawn && text.orders.withdrawn].filter(Boolean).join(' · ')}
        </small>
        <PlaceChip where={where} />
        {where.place === 'attention' && where.reason && <small class="wrong">{where.reason.text}</small>}
      </a>
    </li>
  );
}
