// What a draft comes to, with the tax as the estimate that it is.
import {money} from '../money/display.js';
import {LOCALE, text} from '../strings.js';

/** `amounts` of orders/amounts.js, or null where a number is wrong; `tax` a text, or null where QuickBooks works it out. */
export function Totals({amounts, currency, tax}) {
  if (!amounts) return <p class="wrong" role="alert">{text.warnings.notReckoned}</p>;
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
