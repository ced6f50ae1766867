// What a rep reads about stock that does not suffice; a part of ../strings.js.

const asOf = (when) => (when ? `as of ${when}` : 'when last synced');

function because({on_hand: onHand, taken, reserve}) {
  if (!taken && !reserve) return '';
  const parts = [reserve && `${reserve} must stay there`, taken && `${taken} is in other open orders of yours`].filter(Boolean);
  return ` Of ${onHand} in stock ${parts.join(', and ')}.`;
}

export const stock = {
  short: ({asked, left, when, ...why}) => `${asked} asked, ${left === '0' ? 'none' : left} left ${asOf(when)}.${because(why)}`,
  shortOf: ({name, quantity, ...rest}) => `${name}: ${stock.short(rest)} ${quantity === '0' ? 'It is left out.' : `The copy has ${quantity}.`}`,
  forQuote: (asked) => `Take ${asked} for a quote`,
  beyond: ({name, wanted, on_hand: onHand, when, taken, reserve, weight, only}) => [
    `${name}: ${wanted} wanted, ${onHand} in stock ${asOf(when)}.${because({on_hand: onHand, taken, reserve})}`,
    weight === 'stops' && (only ? 'An order has to be brought down; a quote may say more.' : 'It has to be brought down.'),
  ].filter(Boolean).join(' '),
  bringDown: (name, most) => (most === '0' ? `Take ${name} off` : `Bring it down to ${most}`),
};
