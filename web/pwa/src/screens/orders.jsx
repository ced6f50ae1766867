// Drafts and orders, each with where it is: what is open, what needs attention, all; searched as the rep types.
import {useMemo} from 'preact/hooks';
import {money, moment} from '../money/display.js';
import {standing} from '../orders/standing.js';
import {counts, FILTERS, listed} from '../outbox/listing.js';
import {isRival, isTakenUp} from '../outbox/versions.js';
import {refusal} from '../outbox/whereabouts.js';
import {PlaceChip} from '../parts/chips.jsx';
import {useRemembered, useStateOf} from '../parts/hooks.js';
import {LOCALE, text} from '../strings.js';
import './orders.css';

const SHOWN = 50; // more at a time would be slow, and nobody reads them

export function Orders({books}) {
  const state = useStateOf(books.orders);
  const [filter, setFilter] = useRemembered('orders filter', 'all');
  const [typed, setTyped] = useRemembered('orders typed', '');
  const [most, setMost] = useRemembered('orders shown', SHOWN);
  const numbers = useMemo(() => counts(state), [state]);
  const found = useMemo(() => listed(state, filter, typed), [state, filter, typed]);
  const narrow = (change) => {
    setMost(SHOWN);
    change();
  };
  const {orders, drafts} = found;
  return (
    <main>
      <h1 class="unseen">{text.tabs.orders}</h1>
      <input class="search" type="search" aria-label={text.orders.search} placeholder={text.orders.search} value={typed}
        onInput={(event) => narrow(() => setTyped(event.target.value))} />
      <div class="filters" role="group" aria-label={text.orders.filter}>
        {FILTERS.map((each) => (
          <button type="button" key={each} aria-pressed={each === filter} onClick={() => narrow(() => setFilter(each))}>
            {text.orders.filters[each]} <span class={each === 'attention' && numbers.attention ? 'mark' : ''}>{numbers[each]}</span>
          </button>
        ))}
      </div>
      <p class="count" role="status">{[
        text.orders.total(orders.length + drafts.length),
        state.unsent.length + state.draftsUnsent.length > 0 && text.sync.unsent(state.unsent.length + state.draftsUnsent.length),
      ].filter(Boolean).join(' · ')}</p>
      {drafts.length > 0 && <h2>{text.draft.open}</h2>}
      <ul class="list">{drafts.slice(0, most).map((draft) => <DraftRow key={draft._id} draft={draft} torn={state.torn.has(draft._id)} refused={state.refused[draft._id]} />)}</ul>
      {drafts.length > 0 && orders.length > 0 && <h2>{text.tabs.orders}</h2>}
      <ul class="list">{orders.slice(0, most).map((each) => <OrderRow key={each.document._id} {...each} />)}</ul>
      {Math.max(orders.length, drafts.length) > most && (
        <div class="actions"><button type="button" onClick={() => setMost(most + SHOWN)}>{text.orders.more(Math.max(orders.length, drafts.length) - most)}</button></div>
      )}
      {!state.orders.length && !state.drafts.length && <p class="count">{text.orders.none}</p>}
    </main>
  );
}

export function DraftRow({draft, torn = false, refused = null}) {
  return (
    <li>
      <a href={`#/draft/${encodeURIComponent(draft._id)}`}>
        <strong>{draft.customer.name}</strong>
        <small>{[text.draft.what(draft), text.draft.lines(draft.lines.length), moment(draft.changed_at, LOCALE)].filter(Boolean).join(' · ')}</small>
        {torn && <span class="chip attention">{text.choice.title}</span>}
        {refused && <small class="wrong">{text.draft.refused(refusal(refused).text)}</small>}
      </a>
    </li>
  );
}

export function OrderRow({document, later, where, others = []}) {
  const {kind, total, withdrawn} = standing(document, later);
  return (
    <li>
      <a href={`#/orders/${encodeURIComponent(document._id)}`}>
        <strong>{document.customer.name}</strong>
        <small>
          {[text.orders.kind[kind], where.number, money(total, document.currency, LOCALE), withdrawn && text.orders.withdrawn].filter(Boolean).join(' · ')}
        </small>
        <span class="chips">
          <PlaceChip where={where} />
          {others.some((each) => isRival(each) && !isTakenUp(each, later)) && <span class="chip attention">{text.versions.title}</span>}
        </span>
        {where.place === 'attention' && where.reason && <small class="wrong">{where.reason.text} {text.orders.who[where.reason.who]}</small>}
      </a>
    </li>
  );
}
