// An open draft: choose products, or review what was chosen. Saved at every change.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {setCharge, setQuantity} from '../drafts/draft.js';
import {money} from '../money/display.js';
import {entered} from '../money/entered.js';
import {reckon} from '../orders/amounts.js';
import {author, orderNumber} from '../orders/order.js';
import {submittedAs} from '../orders/submit.js';
import {Choices} from '../parts/choices.jsx';
import {Field} from '../parts/field.jsx';
import {go, useAnswer, useStateOf} from '../parts/hooks.js';
import {ProductSearch} from '../parts/product_search.jsx';
import {Stepper} from '../parts/stepper.jsx';
import {DraftKeeper} from '../store/draft_keeper.js';
import {LOCALE, text} from '../strings.js';
import {Review} from './review.jsx';

export function Draft({books, id, reviewing}) {
  const [keeper, setKeeper] = useState(null);
  useEffect(() => {
    const opening = new DraftKeeper(books.local, id);
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
  const already = useAnswer(() => submittedAs(books.local, {_id: id}), [id]);
  const total = useMemo(() => state?.draft && totalOf(state.draft), [state?.draft]);
  if (!state) return <main aria-busy="true" />;
  const {draft, saved, choices} = state;
  if (!draft) return <main><p>{text.draft.gone}</p><a href="#/orders">{text.tabs.orders}</a></main>;
  const by = () => author(books.identity);
  const edit = (change) => keeper.edit((current) => change(current, by()));
  return (
    <>
      <main class="with-bar">
        <a class="back" href={reviewing ? `#/draft/${encodeURIComponent(id)}` : `#/customers/${encodeURIComponent(draft.customer.id)}`}>‹ {text.back}</a>
        <h1>{draft.amends ? text.draft.changes(orderNumber(draft.amends)) : text.draft.title(draft.customer.name)}</h1>
        {already && <p class="wrong">{text.draft.already(orderNumber(already._id))} <a href={`#/orders/${encodeURIComponent(already._id)}`}>{text.draft.show}</a></p>}
        {choices.length > 0 && <Choices choices={choices} draft={draft} onChoose={(choice, value) => keeper.choose(choice, value, by())} />}
        {reviewing
          ? <Review books={books} keeper={keeper} draft={draft} choices={choices} edit={edit} />
          : <ProductSearch books={books} currency={draft.currency} beside={(product) => <Beside draft={draft} product={product} edit={edit} />} />}
      </main>
      <div class="bar">
        <span>
          <small class={saved === 'failed' ? 'wrong' : ''} role="status">{{saved: text.draft.saved, saving: text.draft.saving, failed: text.draft.notSaved}[saved]}</small>
          <strong>{text.draft.lines(draft.lines.length)} · {total === null ? '—' : money(total, draft.currency, LOCALE)}</strong>
        </span>
        {!reviewing && <button type="button" class="primary" disabled={!draft.lines.length} onClick={() => go('draft', id, 'review')}>{text.draft.review}</button>}
        {reviewing && <button type="button" onClick={() => go('draft', id)}>{text.draft.addMore}</button>}
      </div>
    </>
  );
}

function Beside({draft, product, edit}) {
  if (product.kind === 'charge') {
    const amount = draft.charges.find((charge) => charge.product === product._id)?.amount ?? '';
    return <Field label={text.draft.amount} aria-label={text.catalogue.addCharge(product.name)} inputmode="decimal" value={amount}
      read={(typed) => (typed === '' ? '' : entered(typed, 2))}
      onChange={(value) => edit((current, by) => setCharge(current, product, value === '' ? null : value, by))} />;
  }
  const quantity = draft.lines.find((line) => line.product === product._id)?.quantity ?? '0';
  return <Stepper name={product.name} quantity={quantity} onChange={(value) => edit((current, by) => setQuantity(current, product, value, by))} />;
}

function totalOf(draft) {
  try {
    return reckon(draft).total;
  } catch {
    return null;
  }
}
