// Why something that the rep asked for did not come about, where it was asked for.
import {isStorageBroken, isStorageFull} from '../sync/trouble.js';
import {text} from '../strings.js';

export function Failure({error}) {
  if (!error) return null;
  return <p class="wrong" role="alert">{told(error)}</p>;
}

function told(error) {
  if (isStorageFull(error)) return `${text.notices.full}. ${text.notices.fullWhat}`;
  return isStorageBroken(error) ? text.notices.refuses : `${text.failed}: ${error.message}`;
}
