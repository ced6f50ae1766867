// The list of orders and drafts as a rep narrows it: by what is still under way, by what was typed. Pure, and quick for thousands.
import {standing} from '../orders/standing.js';
import {fold, NO_MATCH, prepared, rank, searchFor} from '../replica/search_text.js';

export const FILTERS = ['all', 'open', 'attention'];
const texts = new WeakMap(); // document -> what is searched of it, prepared once

/** How many orders and drafts each filter lets through: {all, open, attention}. */
export function counts({orders, drafts, ...facts}) {
  const count = (filter) => orders.filter((order) => passes(order, filter)).length + drafts.filter((draft) => draftPasses(draft, filter, facts)).length;
  return Object.fromEntries(FILTERS.map((filter) => [filter, count(filter)]));
}

/**
 * {orders, drafts} that pass a filter and match what was typed, in the order given. `torn` are the ids of drafts with open
 * choices, `refused` the guard's reasons by id.
 */
export function listed({orders, drafts, torn, refused}, filter, typed) {
  const search = searchFor(typed);
  const matches = (text) => !search.words.length || rank(text, search) !== NO_MATCH;
  return {
    orders: orders.filter((order) => passes(order, filter) && matches(textOf(order))),
    drafts: drafts.filter((draft) => draftPasses(draft, filter, {torn, refused}) && matches(prepared([draft.customer.name, draft.po_number ?? '', draft.note ?? '']))),
  };
}

/** Open: not settled in QuickBooks yet, a quote that waits for the customer, or a change that is still on its way. */
function passes(order, filter) {
  if (filter === 'all') return true;
  if (filter === 'attention') return order.where.place === 'attention';
  return order.where.place !== 'quickbooks' || (order.where.change !== null && order.where.change.place !== 'quickbooks') || isOpenQuote(order);
}

function isOpenQuote({document, later, where}) {
  if (document.kind !== 'quote' || ['cancelled', 'converted'].includes(where.outcome)) return false;
  const {kind, withdrawn} = standing(document, later);
  return kind === 'quote' && !withdrawn;
}

function draftPasses({_id}, filter, {torn, refused}) {
  return filter !== 'attention' || torn.has(_id) || _id in refused;
}

function textOf({document, where}) {
  if (!texts.has(document)) {
    const {customer, po_number: number = '', note = '', lines} = document;
    texts.set(document, prepared([customer.name, number, note, ...lines.map(({name}) => name)]));
  }
  return `${texts.get(document)}${fold(`${where.number}\n${where.estimate ?? ''}`)}\n`;
}
