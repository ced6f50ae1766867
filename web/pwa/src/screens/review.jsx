// The draft before it is handed in: lines, discount, notes, warnings, and the two ways to submit.
import {useState} from 'preact/hooks';
import {change, remove, setCharge, setQuantity} from '../drafts/draft.js';
import {money} from '../money/display.js';
import {entered, enteredPercent, percentOf} from '../money/entered.js';
import {reckon} from '../orders/amounts.js';
import {author, orderNumber} from '../orders/order.js';
import {preflight} from '../orders/preflight.js';
import {deleteDraft, submit, submitAmendment} from '../orders/submit.js';
import {estimateTax} from '../orders/tax_estimate.js';
import {Field} from '../parts/field.jsx';
import {go, useAnswer, useStateOf} from '../parts/hooks.js';
import {Stepper} from '../parts/stepper.jsx';
import {LOCALE, text} from '../strings.js';

const CHECKED_AGAIN = 30_000; // milliseconds after which "minutes ago" is reckoned anew

export function Review({books, keeper, draft, choices, edit}) {
  const {orders} = useStateOf(books.orders);
  const ids = [...draft.lines, ...draft.charges].map(({product}) => product).sort();
  const products = useAnswer(() => books.products(ids), [ids.join()]);
  const customer = useAnswer(() => books.customers.get(draft.customer.id), [draft.customer.id]);
  const settings = useAnswer(() => books.settings(), []);
  const codes = [customer?.tax_code, settings?.tax_code, ...[...(products?.values() ?? [])].map(({tax_code: code}) => code)];
  const taxes = useAnswer(() => books.taxes(codes), [codes.join()]);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(null);
  const now = Math.ceil(Date.now() / CHECKED_AGAIN) * CHECKED_AGAIN;
  const amounts = reckoned(draft);
  const warnings = products && customer !== undefined && draft.lines.length > 0
    ? preflight(draft, {customer: customer ?? undefined, products, recent: draft.amends ? [] : orders.map(({document}) => document), now}) : [];
  const set = (fields) => edit((current, by) => change(current, fields, by));
  const send = async (write) => {
    setBusy(true);
    try {
      await keeper.flush();
      if (keeper.state.choices.length) { // another device's version has just come
        setBusy(false);
        return;
      }
      const document = await write(keeper.state.draft, author(books.identity));
      await books.orders.refresh();
      go('orders', document.order ?? document._id);
    } catch (error) {
      setFailed(error.name === 'AlreadySubmitted' ? text.draft.already(orderNumber(error.document)) : error.message);
      setBusy(false);
    }
  };
  const discard = async () => {
    if (!confirm(text.draft.discardSure)) return;
    await keeper.flush();
    await deleteDraft(books.local, draft);
    go('orders');
  };
  const ready = amounts !== null && draft.lines.length > 0 && choices.length === 0 && !busy;
  return (
    <>
      <ul class="list">
        {draft.lines.map((line, index) => (
          <Line key={line.product} line={line} amount={amounts?.lines[index].amount} currency={draft.currency} edit={edit} set={set} />
        ))}
        {draft.charges.map((charge) => (
          <li key={charge.product} class="product">
            <strong>{charge.name}</strong>
            <Field label={text.draft.amount} inputmode="decimal" value={charge.amount} read={(typed) => entered(typed, 2)}
              onChange={(amount) => edit((current, by) => setCharge(current, {_id: charge.product, name: charge.name}, amount, by))} />
            <button type="button" aria-label={text.draft.remove(charge.name)} onClick={() => edit((current, by) => remove(current, `charges/${charge.product}`, by))}>✕</button>
          </li>
        ))}
      </ul>
      {!draft.lines.length && <p class="count">{text.draft.empty}</p>}
      <Field label={text.draft.orderDiscount} inputmode="decimal" value={draft.discount?.share ? percentOf(draft.discount.share) : ''}
        read={(typed) => (typed === '' ? '' : enteredPercent(typed) && entered(typed, 2))}
        onChange={(percent) => set({discount: percent === '' || percent === '0' ? undefined : {share: enteredPercent(percent)}})} />
      {!draft.amends && <Field label={text.draft.poNumber} maxlength="30" value={draft.po_number} onChange={(po_number) => set({po_number})} />}
      {!draft.amends && <Field label={text.draft.deliverOn} type="date" value={draft.deliver_on} onChange={(deliver_on) => set({deliver_on})} />}
      <Field label={text.draft.note} many maxlength="1000" value={draft.note} onChange={(note) => set({note})} />
      <Totals amounts={amounts} currency={draft.currency}
        tax={amounts && settings && products && taxes && customer !== undefined ? estimateTax({...amounts, customer, products, settings, taxes}) : null} />
      {warnings.length > 0 && (
        <section class="warnings" role="status">
          <h2>{text.warnings.title}</h2>
          <ul>{warnings.map((warning) => <li key={warning.code + warning.name} class={warning.stops ? 'stops' : ''}>{warningText(warning)}</li>)}</ul>
        </section>
      )}
      {failed && <p class="wrong" role="alert">{text.failed}: {failed}</p>}
      <div class="actions">
        {draft.amends
          ? <button type="button" class="primary" disabled={!ready} onClick={() => send((body, by) => submitAmendment(books.local, body, by, {approve: body.approves === true}))}>{draft.approves ? text.draft.approve : text.draft.submitChange}</button>
          : <>
            <button type="button" class="primary" disabled={!ready} onClick={() => send((body, by) => submit(books.local, body, 'order', by))}>{text.draft.submitOrder}</button>
            <button type="button" disabled={!ready} onClick={() => send((body, by) => submit(books.local, body, 'quote', by))}>{text.draft.submitQuote}</button>
          </>}
        <button type="button" class="quiet" disabled={busy} onClick={discard}>{text.draft.discard}</button>
      </div>
    </>
  );
}

function Line({line, amount, currency, edit, set}) {
  const path = `lines/${line.product}`;
  const product = {_id: line.product, name: line.name, unit_price: line.unit_price};
  return (
    <li class="product">
      <div>
        <strong>{line.name}</strong>
        <small>{amount === undefined ? '—' : money(amount, currency, LOCALE)}</small>
        <details>
          <summary>{text.draft.details}</summary>
          <Field label={text.draft.price} inputmode="decimal" value={line.unit_price} read={(typed) => entered(typed, 5)}
            onChange={(price) => set({[`${path}/unit_price`]: price})} />
          <Field label={text.draft.lineDiscount} inputmode="decimal" value={percentOf(line.discount)}
            read={(typed) => enteredPercent(typed || '0') && entered(typed || '0', 2)}
            onChange={(percent) => set({[`${path}/discount`]: enteredPercent(percent)})} />
        </details>
      </div>
      <Stepper name={line.name} quantity={line.quantity} onChange={(value) => edit((current, by) => setQuantity(current, product, value, by))} />
    </li>
  );
}

function Totals({amounts, currency, tax}) {
  if (!amounts) return <p class="wrong">{text.warnings.notReckoned}</p>;
  const shown = (amount) => money(amount, currency, LOCALE);
  return (
    <dl class="totals">
      <dt>{text.draft.worth}</dt><dd>{shown(amounts.worth)}</dd>
      {amounts.charges.map((charge) => <><dt>{charge.name}</dt><dd>{shown(charge.amount)}</dd></>)}
      {amounts.discount && <><dt>{text.draft.discount}</dt><dd>−{shown(amounts.discount.amount)}</dd></>}
      <dt class="sum">{text.draft.total}</dt><dd class="sum">{shown(amounts.total)}</dd>
      {tax === null ? <><dt class="tax">{text.draft.noTax}</dt><dd /></> : <><dt class="tax">{text.draft.tax}</dt><dd class="tax">{shown(tax)}</dd></>}
    </dl>
  );
}

function warningText({code, on_hand: onHand, ...about}) {
  return text.warnings[code]({...about, onHand});
}

function reckoned(draft) {
  try {
    return reckon(draft);
  } catch {
    return null;
  }
}
