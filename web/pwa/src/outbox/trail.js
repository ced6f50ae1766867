// The way of an order as steps with times, for the rep to read: taken, handed in, read, posted, and what came of it later. Pure.
import {refusal} from './whereabouts.js';

const SETTLED = new Set(['parked', 'held', 'waiting', 'amended', 'cancelled', 'converted']);
const CARRIED_OUT = new Set(['amended', 'cancelled']); // of a change, that says more than where it is

/**
 * Steps of one entry of orderList, the earliest first; those to come, or whose time nobody knows, last. Each is {code, at, of} and
 * what the code needs: `device`, `form` and `estimate`, `reason`, `what` (order, amendment, cancellation). `at` is a UTC time or null.
 */
export function trailOf({document, later, receipts}, {unsent, refused}) {
  const steps = [document, ...later].flatMap((each) => stepsOf(each, {receipt: receipts.get(each._id), unsent, refused}));
  return steps.sort((left, right) => rankOf(left) - rankOf(right) || (left.at < right.at ? -1 : Number(left.at > right.at)));
}

function stepsOf({_id, type, kind, captured_at: at, device}, {receipt, unsent, refused}) {
  const about = {of: _id, what: type, approves: type === 'amendment' && kind === 'order'};
  const taken = {code: 'taken', at, device, ...about};
  if (!receipt) return [taken, notYet(_id, {unsent, refused, about})];
  const {state, estimate, reason = null, received_at: received, posted_at: posted, changed_at: changed} = receipt;
  const shown = posted && (type === 'order' || !CARRIED_OUT.has(state));
  return [
    taken,
    {code: 'received', at: received, ...about},
    ...(shown ? [{code: 'posted', at: posted, form: estimate?.kind ?? 'estimate', estimate: estimate?.number ?? null, ...about}] : []),
    ...(SETTLED.has(state) ? [{code: state, at: changed, reason, ...about}] : []),
  ];
}

function notYet(id, {unsent, refused, about}) {
  if (refused[id]) return {code: 'refused', at: null, reason: refusal(refused[id]), ...about};
  return {code: unsent.includes(id) ? 'unsent' : 'sent', at: null, ...about};
}

function rankOf({at}) {
  return at === null ? 1 : 0;
}
