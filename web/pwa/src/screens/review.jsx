// The draft before it is handed in: lines, discount, notes, signature, warnings, and the two ways to submit.
import {useState} from 'preact/hooks';
import {change} from '../drafts/draft.js';
import {keyOf} from '../drafts/fields.js';
import {entered, enteredPercent, percentOf} from '../money/entered.js';
import {reckon} from '../orders/amounts.js';
import {author, orderNumber} from '../orders/order.js';
import {preflight} from '../orders/preflight.js';
import {deleteDraft, submit, submitAmendment} from '../orders/submit.js';
import {estimateTax} from '../orders/tax_estimate.js';
import {DraftCharge, DraftLine} from '../parts/draft_line.jsx';
import {Failure} from '../parts/failure.jsx';
import {Field, leadsToWrong} from '../parts/field.jsx';
import {go, useAnswer, useAttempt, useChanges, useStateOf} from '../parts/hooks.js';
import {Signature} from '../parts/signature.jsx';
import {Totals} from '../parts/totals.jsx';
import {Warnings} from '../parts/warnings.jsx';
import {text} from '../strings.js';
import './review.css';

const CHECKED_AGAIN = 30_000; // milliseconds after which "minutes ago" is reckoned anew

export function Review({books, keeper, draft, choices, stock, edit}) {
  const {orders} = useStateOf(books.orders);
  const changes = [useChanges(books.catalog), useChanges(books.customers)].join();
  const ids = [...draft.lines, ...draft.charges].map(({product}) => product).sort();
  const products = useAnswer(() => books.products(ids, draft.customer.id), [ids.join(), draft.customer.id, changes]);
  const customer = useAnswer(() => books.customers.get(draft.customer.id), [draft.customer.id, changes]);
  const settings = useAnswer(() => books.settings(), [changes]);
  const codes = [customer?.tax_code, settings?.tax_code, ...[...(products?.values() ?? [])].map(({tax_code: code}) => code)];
  const taxes = useAnswer(() => books.taxes(codes), [codes.join()]);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(null);
  const [attempt, notDiscarded] = useAttempt();
  const now = Math.ceil(books.clock.now().getTime() / CHECKED_AGAIN) * CHECKED_AGAIN;
  const amounts = reckoned(draft);
  const known = products && settings && customer !== undefined;
  const warnings = known && draft.lines.length > 0
    ? preflight(draft, {customer: customer ?? undefined, products, claims: stock.claims, settings, recent: draft.amends || draft.repairs ? [] : standingOrders(orders), now}) : [];
  const set = (fields) => edit((current, by) => change(current, fields, by));
  const send = async (write) => {
    setBusy(true);
    if (document.activeElement?.matches('input, textarea')) document.activeElement.blur(); // a tap on a button need not: what was typed counts
    try {
      await keeper.flush();
      if (leadsToWrong()) {
        setBusy(false);
        return;
      }
      if (keeper.state.choices.length || keeper.state.saved === 'failed') { // another device's version has just come, or the storage is full
        setBusy(false);
        return;
      }
      const written = await write(keeper.state.draft, author(books.identity));
      await books.orders.refresh();
      go('orders', written.order ?? written._id);
    } catch (error) {
      setFailed(error.name === 'AlreadySubmitted' ? new Error(text.draft.already(orderNumber(error.document))) : error);
      setBusy(false);
    }
  };
  const discard = () => confirm(text.draft.discardSure) && attempt(async () => {
    await keeper.flush();
    await deleteDraft(books.local, draft);
    keeper.drop();
    go('orders');
  });
  const stopped = (kind) => warnings.some(({weight, only = kind}) => weight === 'stops' && only === kind);
  const asks = warnings.some(({weight}) => weight === 'asks');
  const ready = amounts !== null && draft.lines.length > 0 && choices.length === 0 && !busy;
  const label = (words) => (asks ? text.draft.allTheSame(words) : words);
  const handIn = (kind) => send((body, by) => submit(books.local, body, kind, by));
  return (
    <>
      <ul class="list">
        {draft.lines.map((line, index) => (
          <DraftLine key={keyOf(line)} draft={draft} line={line} product={products?.get(line.product)} amount={amounts?.lines[index].amount} currency={draft.currency}
            mayPrice={settings?.price_changes === true} stock={stock} edit={edit} />
        ))}
        {draft.charges.map((charge) => <DraftCharge key={keyOf(charge)} charge={charge} edit={edit} />)}
      </ul>
      {!draft.lines.length && <p class="count">{text.draft.empty}</p>}
      {(settings?.discounts !== false || draft.discount) && <Field label={text.draft.orderDiscount} inputmode="decimal"
        value={draft.discount?.share ? percentOf(draft.discount.share) : ''}
        read={(typed) => (typed === '' ? '' : enteredPercent(typed) && entered(typed, 2))}
        onChange={(percent) => set({discount: percent === '' || percent === '0' ? undefined : {share: enteredPercent(percent)}})} />}
      {!draft.amends && <div class="beside">
        <Field label={text.draft.poNumber} maxlength="30" value={draft.po_number} onChange={(po_number) => set({po_number})} />
        <Field label={text.draft.deliverOn} type="date" value={draft.deliver_on} onChange={(deliver_on) => set({deliver_on: deliver_on || undefined})} />
      </div>}
      <Field label={text.draft.note} many maxlength="1000" value={draft.note} onChange={(note) => set({note})} />
      <Totals amounts={amounts} currency={draft.currency} tax={amounts && known && taxes ? estimateTax({...amounts, customer, products, settings, taxes}) : null} />
      <Signature draft={draft} set={set} now={() => books.clock.now()} />
      <Warnings warnings={warnings} products={products} currency={draft.currency} age={stock.age} edit={edit} />
      <Failure error={failed ?? notDiscarded} />
      <div class="actions">
        {draft.amends
          ? <button type="button" class="primary" disabled={!ready || stopped(stock.claims.kind)} onClick={() => send((body, by) => submitAmendment(books.local, body, by, {approve: body.approves === true}))}>{label(draft.approves ? text.draft.approve : text.draft.submitChange)}</button>
          : <>
            <button type="button" class="primary" disabled={!ready || stopped('order')} onClick={() => handIn('order')}>{label(text.draft.submitOrder)}</button>
            <button type="button" disabled={!ready || stopped('quote')} onClick={() => handIn('quote')}>{label(text.draft.submitQuote)}</button>
          </>}
        <button type="button" class="quiet" disabled={busy} onClick={discard}>{text.draft.discard}</button>
      </div>
    </>
  );
}

/** The orders that still count, for "the same order minutes ago". */
function standingOrders(orders) {
  return orders.filter(({later}) => !later.some(({type}) => type === 'cancellation')).map(({document}) => document);
}

function reckoned(draft) {
  try {
    return reckon(draft);
  } catch {
    return null;
  }
}
