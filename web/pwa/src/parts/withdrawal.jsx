// Withdrawing an order: asked once, with a reason for the office if the rep gives one.
import {useState} from 'preact/hooks';
import {text} from '../strings.js';
import {Field} from './field.jsx';

/** `onWithdraw(reason)` hears of it. */
export function Withdrawal({onWithdraw, onCancel}) {
  const [reason, setReason] = useState('');
  return (
    <section class="warnings" aria-label={text.orders.cancel}>
      <h2>{text.orders.cancelSure}</h2>
      <Field label={text.orders.cancelWhy} many maxlength="500" value={reason} onChange={setReason} />
      <div class="actions">
        <button type="button" onClick={onCancel}>{text.orders.keep}</button>
        <button type="button" class="primary" onClick={() => onWithdraw(reason)}>{text.orders.cancelNow}</button>
      </div>
    </section>
  );
}
