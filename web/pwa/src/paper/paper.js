// An order's PDF, printed by the server: fetched when somebody wants it, and never kept on the device.

const PATIENCE = 20_000; // milliseconds

/** There is no PDF now; `why` is offline, busy, sign_in, not_yet or failed. */
export class NoPaper extends Error {
  constructor(why) {
    super(`no PDF: ${why}`);
    this.name = 'NoPaper';
    this.why = why;
  }
}

/** The PDF of an order on the server at an address such as `/couch`, as a blob; throws NoPaper. */
export async function paperOf(server, rep, order, fetch = globalThis.fetch.bind(globalThis)) {
  const ulid = order.slice('order:'.length);
  let answer;
  try {
    answer = await fetch(`${server}/orders-${rep}/_letter/${ulid}`, {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)});
    if (answer.ok && answer.headers.get('Content-Type') === 'application/pdf') return await answer.blob();
  } catch {
    throw new NoPaper('offline');
  }
  if (answer.status === 503 && await isBusy(answer)) throw new NoPaper('busy');
  throw new NoPaper(REASONS[answer.status] ?? 'failed'); // a captive portal's page is none either
}

/** Whether the server itself says that it prints for others just now, rather than that it is out of reach. */
async function isBusy(answer) {
  const {error} = await answer.json().catch(() => ({})) ?? {};
  return error === 'busy';
}

const REASONS = {401: 'sign_in', 404: 'not_yet', 429: 'offline', 502: 'offline', 503: 'offline', 504: 'offline'};
