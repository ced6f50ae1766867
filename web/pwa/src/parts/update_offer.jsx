// A new version of the app: offered, never forced on somebody who is taking an order.
import {saveDrafts} from '../store/draft_keeper.js';
import {updates} from '../store/updates.js';
import {text} from '../strings.js';
import {useStateOf} from './hooks.js';

export function UpdateOffer() {
  const {waiting, taking} = useStateOf(updates);
  if (!waiting) return null;
  if (taking) return <div class="banner" role="status">{text.update.taking}</div>;
  return (
    <div class="banner" role="status">
      {text.update.offered} <button type="button" onClick={() => saveDrafts().then(() => updates.take())}>{text.update.take}</button>
      <button type="button" onClick={() => updates.later()}>{text.update.later}</button>
    </div>
  );
}
