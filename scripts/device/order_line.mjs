// An order and its receipt as the one line a rep sees: on this device -> on the server -> in QuickBooks as estimate 1042.

/** The line for an order; `refused` is the server's reason when its guard denied it. */
export function orderLine(order, {receipt, unsent, refused}) {
  const state = receipt?.state ?? (refused ? 'refused' : unsent ? 'unsent' : 'sent');
  const number = receipt?.number ?? `RB-${order._id.slice(-10)}`;
  const where = whereItIs(state, receipt, refused);
  return {
    order: order._id, number, state, kind: order.kind, customer: order.customer.name, total: order.total,
    estimate: receipt?.estimate?.number ?? null,
    line: `${number}  ${order.customer.name}  ${order.total}: ${where}`,
  };
}

function whereItIs(state, receipt, refused) {
  const reason = receipt?.reason?.text ? `: ${receipt.reason.text}` : '';
  const notice = receipt?.notice?.text ? `. ${receipt.notice.text}` : '';
  const estimate = receipt?.estimate?.number ? `in QuickBooks as estimate ${receipt.estimate.number}` : '';
  switch (state) {
    case 'unsent': return 'on this device';
    case 'sent': return 'on the server';
    case 'refused': return `refused by the server: ${refused}`;
    case 'posted': return `${estimate}${notice}`;
    default: return `${[estimate, state].filter(Boolean).join(', ')}${reason}`;
  }
}
