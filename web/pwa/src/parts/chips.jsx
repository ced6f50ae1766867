// Small marks: where an order is, and how this device stands with the server.
import {text} from '../strings.js';

/** Where an order is, as the rep reads it. */
export function placeText({place, form, estimate, status, outcome}) {
  if (place !== 'quickbooks') return text.places[place];
  const after = text.places.outcomes[outcome] ?? status;
  if (!estimate) return `${text.places.settled}: ${after ?? ''}`;
  return text.places.quickbooks(text.places.forms[form], estimate, after);
}

export function PlaceChip({where}) {
  return <span class={`chip ${where.place}`}>{placeText(where)}</span>;
}

/** How the sync stands, with the number of what is unsent; leads to the sync screen. */
export function SyncChip({sync, unsent}) {
  const mark = sync.phase === 'live' && unsent ? 'unsent' : sync.phase;
  const told = [mark !== 'unsent' && text.chip[sync.phase], unsent > 0 && text.chip.unsent(unsent)].filter(Boolean).join(' · ');
  return <a class={`chip sync-${mark}`} href="#/sync" aria-label={`${text.tabs.sync}: ${told}`}>{told}</a>;
}
