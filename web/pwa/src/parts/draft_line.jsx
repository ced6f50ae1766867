// One line or charge of a draft under review: quantity, price where the company lets reps change it, discount.
import {change, listPrice, nextKey, remove, setCharge} from '../drafts/draft.js';
import {keyOf} from '../drafts/fields.js';
import {money, number, unitPrice} from '../money/display.js';
import {entered, enteredPercent, percentOf} from '../money/entered.js';
import {LOCALE, text} from '../strings.js';
import {Field} from './field.jsx';
import {Stepper} from './stepper.jsx';

/** `amount` is a text, or undefined where the line can't be reckoned; `product` the device's copy, if any; `stock` is useStock()'s. */
export function DraftLine({draft, line, product, amount, currency, mayPrice, stock, edit}) {
  const key = keyOf(line);
  const path = `lines/${key}`;
  const known = product ?? {_id: line.product, name: line.name, unit_price: line.unit_price};
  const set = (fields) => edit((current, by) => change(current, fields, by));
  const off = percentOf(line.discount);
  const told = [
    line.unit_price !== undefined && `${number(line.quantity, LOCALE)} × ${unitPrice(line.unit_price, currency, LOCALE)}`,
    off !== '0' && `−${off} %`,
  ].filter(Boolean).join(' ');
  return (
    <li class="product line">
      <div>
        <strong>{line.name}</strong>
        <small>{told} = {amount === undefined ? '—' : money(amount, currency, LOCALE)}</small>
      </div>
      <Stepper name={line.name} quantity={line.quantity} onChange={(value) => stock.set(known, value, {key})} />
      {stock.shortOf(key)}
      <details>
        <summary aria-label={text.draft.detailsOf(line.name)}>{text.draft.details}</summary>
        {mayPrice || listPrice(known, line.quantity) === undefined
          ? <Field label={text.draft.price} inputmode="decimal" value={line.unit_price} read={(typed) => entered(typed, 5)}
            onChange={(price) => set({[`${path}/unit_price`]: price})} />
          : <p><small>{text.draft.fixedPrice}</small></p>}
        <Field label={text.draft.lineDiscount} inputmode="decimal" value={off}
          read={(typed) => enteredPercent(typed || '0') && entered(typed || '0', 2)}
          onChange={(percent) => set({[`${path}/discount`]: enteredPercent(percent)})} />
        <button type="button" onClick={() => stock.set(known, '1', {key: nextKey(draft, known), beside: key})}>{text.draft.another}</button>
      </details>
    </li>
  );
}

export function DraftCharge({charge, edit}) {
  const key = keyOf(charge);
  const product = {_id: charge.product, name: charge.name};
  return (
    <li class="product">
      <strong>{charge.name}</strong>
      <Field label={text.draft.amount} aria-label={text.draft.amountOf(charge.name)} inputmode="decimal" value={charge.amount} read={(typed) => entered(typed, 2)}
        onChange={(amount) => edit((current, by) => setCharge(current, product, amount, by, {key}))} />
      <button type="button" aria-label={text.draft.remove(charge.name)} onClick={() => edit((current, by) => remove(current, `charges/${key}`, by))}>✕</button>
    </li>
  );
}
