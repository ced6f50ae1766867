// A customer that QuickBooks does not have yet: asked for here, with or without a network.
import {useState} from 'preact/hooks';
import {enteredIn, MOST, problemsIn, requestOf, requestsIn} from '../customers/requests.js';
import {author} from '../orders/order.js';
import {submitRequest} from '../orders/submit.js';
import {ulid} from '../orders/ulid.js';
import {Failure} from '../parts/failure.jsx';
import {go, useNewest, useStateOf} from '../parts/hooks.js';
import {likeness} from '../replica/likeness.js';
import {text} from '../strings.js';
import {about} from './customers.jsx';

const FIELDS = ['name', 'contact', 'phone', 'email', 'street', 'city', 'region', 'postal_code', 'country', 'note'];
const KINDS = {phone: {type: 'tel', autocomplete: 'off'}, email: {type: 'email', autocomplete: 'off'}};
const ENOUGH = 3; // letters of a name before others are looked for

/** `repairs` is a request that the server refused, to be put right; `onDone` hears when that is done or given up. */
export function NewCustomer({books, repairs = null, onDone = () => {}}) {
  const [entered, setEntered] = useState(() => (repairs ? enteredIn(repairs) : {}));
  const [problems, setProblems] = useState({});
  const [failed, setFailed] = useState(null);
  const [busy, setBusy] = useState(false);
  const [id] = useState(() => repairs?._id.split(':')[1] ?? ulid(Date.now())); // one for the form: a second tap makes no second customer
  const requests = requestsIn(...about(useStateOf(books.orders)));
  const name = (entered.name ?? '').trim();
  const alike = useNewest(() => (name.length < ENOUGH ? [] : books.customers.alike(name)), [name]);
  const like = likeness(name);
  const others = requests.map(({document}) => document).filter(({_id}) => _id !== repairs?._id);
  const asked = name.length < ENOUGH ? [] : others.filter((document) => like(document.name));
  const known = [...asked, ...(alike ?? [])];
  const submit = async (event) => {
    event.preventDefault();
    const found = problemsIn(entered);
    setProblems(found);
    if (Object.keys(found).length) {
      event.target.querySelector(`[name="${Object.keys(found)[0]}"]`).focus();
      return;
    }
    setBusy(true);
    try {
      const request = requestOf(entered, id, author(books.identity));
      await submitRequest(books.local, request);
      await books.orders.refresh();
      go('customers', request._id);
      onDone();
    } catch (error) {
      setFailed(error);
      setBusy(false);
    }
  };
  return (
    <main>
      <a class="back" href="#/customers">‹ {text.tabs.customers}</a>
      <h1>{repairs ? repairs.name : text.newCustomer.title}</h1>
      <p>{repairs ? text.newCustomer.putRight : text.newCustomer.why}</p>
      <form onSubmit={submit} noValidate>
        {FIELDS.map((field) => {
          const Tag = field === 'note' ? 'textarea' : 'input';
          return (
            <>
              <label class="field" key={field}>
                <span>{text.newCustomer.fields[field]}</span>
                <Tag name={field} maxlength={MOST[field]} autocomplete="off" {...KINDS[field]} value={entered[field] ?? ''}
                  aria-required={field === 'name'} aria-invalid={field in problems} aria-describedby={field in problems ? `${field}-problem` : undefined}
                  onInput={(event) => {
                    setEntered({...entered, [field]: event.target.value});
                    setProblems(({[field]: _, ...others}) => others);
                  }} />
                {field in problems && <strong class="wrong" id={`${field}-problem`} role="alert">{text.newCustomer.problems[problems[field]]}</strong>}
              </label>
              {field === 'name' && known.length > 0 && <Alike known={known} />}
            </>
          );
        })}
        <Failure error={failed} />
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>{repairs ? text.newCustomer.again : text.newCustomer.submit}</button>
          {repairs && <button type="button" onClick={onDone}>{text.signature.cancel}</button>}
        </div>
      </form>
    </main>
  );
}

function Alike({known}) {
  return (
    <section class="alike" role="status">
      <p>{text.newCustomer.alike}</p>
      <ul>{known.map(({_id, name, address}) => (
        <li key={_id}><a href={`#/customers/${encodeURIComponent(_id)}`}>{[name, address?.city].filter(Boolean).join(', ')}</a></li>
      ))}</ul>
    </section>
  );
}
