// A new version of the app: offered, never forced on somebody who is taking an order.
import {useState} from 'preact/hooks';
import {saveDrafts} from '../store/draft_keeper.js';
import {updates} from '../store/updates.js';
import {text} from '../strings.js';
import {useStateOf} from './hooks.js';

export function UpdateOffer() {
  const {waiting, taking} = useStateOf(updates);
  const [unsaved, setUnsaved] = useState(false);
  if (!waiting) return null;
  if (taking) return <div class="banner" role="status">{text.update.taking}</div>;
  const take = async () => { // it starts the page again: what is on the screen alone would be gone
    const durable = await saveDrafts();
    setUnsaved(!durable);
    if (durable) updates.take();
  };
  return (
    <div class="banner" role="status">
      {text.update.offered} <button type="button" onClick={take}>{text.update.take}</button>
      <button type="button" onClick={() => updates.later()}>{text.update.later}</button>
      {unsaved && <span role="alert">{text.update.unsaved}</span>}
    </div>
  );
}
