// An open draft: choose products, or review what was chosen. Saved at every change.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {change, setCharge} from '../drafts/draft.js';
import {keyOf} from '../drafts/fields.js';
import {money} from '../money/display.js';
import {entered} from '../money/entered.js';
import {reckon} from '../orders/amounts.js';
import {author, orderIdOf, orderNumber} from '../orders/order.js';
import {Choices} from '../parts/choices.jsx';
import {Field, leadsToWrong} from '../parts/field.jsx';
import {go, useStateOf} from '../parts/hooks.js';
import {ProductSearch} from '../parts/product_search.jsx';
import {useStock} from '../parts/stock.jsx';
import {Stepper} from '../parts/stepper.jsx';
import {keeperOf} from '../store/draft_keeper.js';
import {LOCALE, text} from '../strings.js';
import {Review} from './review.jsx';

export function Draft({books, id, reviewing}) {
  const [keeper, setKeeper] = useState(null);
  useEffect(() => {
    const opening = keeperOf(books.local, id);
    opening.open().then(setKeeper);
    const save = () => opening.flush();
    addEventListener('pagehide', save);
    document.addEventListener('visibilitychange', save);
    return () => {
      removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', save);
      opening.close();
    };
  }, [books, id]);
  const state = useStateOf(keeper);
  const already = useStateOf(books.orders).orders.find(({document}) => document._id === orderIdOf({_id: id}))?.document;
  const total = useMemo(() => state?.draft && totalOf(state.draft), [state?.draft]);
  const by = () => author(books.identity);
  const edit = (changed) => keeper.edit((current) => changed(current, by()));
  const stock = useStock(books, state?.draft, edit);
  if (!state) return <main aria-busy="true" />;
  const {draft, saved, choices} = state;
  if (!draft) return <Gone order={already} />;
  return (
    <>
      <main class="with-bar">
        <a class="back" href={reviewing ? `#/draft/${encodeURIComponent(id)}` : `#/customers/${encodeURIComponent(draft.customer.id)}`}>‹ {text.back}</a>
        <h1>{draft.amends ? text.draft.changes(orderNumber(draft.amends)) : text.draft.title(draft.customer.name)}</h1>
        {draft.repairs && <p class="banner">{text.draft.repairing(orderNumber(draft.repairs))}</p>}
        {already && !draft.repairs && !draft.amends && <Already order={already} onChange={() => edit((current, who) => change(current, {amends: already._id}, who))} />}
        {choices.length > 0 && <Choices choices={choices} draft={draft} device={books.identity.device} onChoose={(choice, value) => keeper.choose(choice, value, by())} />}
        {choices.length === 0 && (reviewing
          ? <Review books={books} keeper={keeper} draft={draft} choices={choices} stock={stock} edit={edit} />
          : <ProductSearch ordering books={books} currency={draft.currency} customer={draft.customer.id} beside={(product) => <Beside draft={draft} product={product} stock={stock} edit={edit} />} />)}
      </main>
      <div class="bar">
        <span>
          <small class={saved === 'failed' ? 'wrong' : ''} role="status">{{saved: text.draft.saved, saving: text.draft.saving, failed: text.draft.notSaved}[saved]}</small>
          <strong>{text.draft.lines(draft.lines.length)} · {total === null ? '—' : money(total, draft.currency, LOCALE)}</strong>
        </span>
        {!reviewing && <button type="button" class="primary" disabled={!draft.lines.length} onClick={() => leadsToWrong() || go('draft', id, 'review')}>{text.draft.review}</button>}
        {reviewing && <button type="button" onClick={() => go('draft', id)}>{text.draft.addMore}</button>}
      </div>
    </>
  );
}

function Gone({order}) {
  return (
    <main>
      <p>{order ? text.draft.already(orderNumber(order._id)) : text.draft.gone}</p>
      <a class="back" href={order ? `#/orders/${encodeURIComponent(order._id)}` : '#/orders'}>{order ? text.draft.show : text.tabs.orders}</a>
    </main>
  );
}

/** The draft became an order already, on another device: what it says beyond that can only be a change of that order. */
function Already({order, onChange}) {
  return (
    <section class="warnings" role="status">
      <p>{text.draft.already(orderNumber(order._id))} <a href={`#/orders/${encodeURIComponent(order._id)}`}>{text.draft.show}</a></p>
      <p>{text.draft.alreadyWhat}</p>
      <button type="button" onClick={onChange}>{text.draft.asChange(orderNumber(order._id))}</button>
    </section>
  );
}

function Beside({draft, product, stock, edit}) {
  if (product.kind === 'charge') {
    const amount = draft.charges.find((charge) => keyOf(charge) === product._id)?.amount ?? '';
    return <Field label={text.draft.amount} aria-label={text.catalogue.addCharge(product.name)} inputmode="decimal" value={amount}
      read={(typed) => (typed === '' ? '' : entered(typed, 2))}
      onChange={(value) => edit((current, by) => setCharge(current, product, value === '' ? null : value, by))} />;
  }
  const quantity = draft.lines.find((line) => keyOf(line) === product._id)?.quantity ?? '0';
  return (
    <>
      <Stepper name={product.name} quantity={quantity} onChange={(value) => stock.set(product, value)} />
      {stock.shortOf(product._id)}
    </>
  );
}

function totalOf(draft) {
  try {
    return reckon(draft).total;
  } catch {
    return null;
  }
}
