// What this rep has taken for a customer: drafts and orders, the newest first.
import {useState} from 'preact/hooks';
import {useStateOf} from '../parts/hooks.js';
import {text} from '../strings.js';
import {DraftRow, OrderRow} from './orders.jsx';

const SHOWN = 20; // orders, and as many more at a time

/** `ids` are the ids that mean this customer. */
export function History({books, ids}) {
  const {orders, drafts} = useStateOf(books.orders);
  const [shown, setShown] = useState(SHOWN);
  const own = orders.filter(({document}) => ids.has(document.customer.id));
  return (
    <>
      <h2>{text.customers.history}</h2>
      <ul class="list">
        {drafts.filter((draft) => ids.has(draft.customer.id)).map((draft) => <DraftRow key={draft._id} draft={draft} />)}
        {own.slice(0, shown).map((each) => <OrderRow key={each.document._id} {...each} />)}
      </ul>
      {!own.length && <p class="count">{text.customers.noHistory}</p>}
      {own.length > shown && <button type="button" class="more" onClick={() => setShown(shown + SHOWN)}>{text.catalogue.showMore}</button>}
    </>
  );
}
