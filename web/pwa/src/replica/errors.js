// What can go wrong between a replica and its server. `name` survives the way from the worker to the page.

/** The server did not answer: no network, or nobody there. Try again later; nothing is lost. */
export class Unreachable extends Error {
  name = 'Unreachable';
}

/** The server refuses: 401 sign in (again), 403 this account may not read (or no longer reads) the database. */
export class Refused extends Error {
  name = 'Refused';

  constructor(message, status, options) {
    super(message, options);
    this.status = status;
  }
}

/** The snapshot broke off or is not what its header promised: what came is not used as a whole. */
export class BrokenSnapshot extends Error {
  name = 'BrokenSnapshot';
}

/** The server answered with something that is neither a result nor a refusal. */
export class ServerTrouble extends Error {
  name = 'ServerTrouble';

  constructor(message, status, options) {
    super(message, options);
    this.status = status;
  }
}

/** The call cannot be carried out as it was made. */
export class BadCall extends Error {
  name = 'BadCall';
}

/** One of the errors above for an error of PouchDB's replication; other errors come back as they are. */
export function ofReplication(error, address) {
  const status = error?.status ?? error?.result?.status;
  const why = error?.reason ?? error?.message ?? String(error);
  if (status === 401 || status === 403) return new Refused(`${address} refuses: ${why}`, status, {cause: error});
  if (error?.name === 'TypeError' || error?.message === 'Failed to fetch' || error?.reason === 'Failed to fetch') {
    return new Unreachable(`${address} cannot be reached`, {cause: error});
  }
  if (typeof status === 'number' && status >= 400) {
    return new ServerTrouble(`${address} answers ${status}: ${why}`, status, {cause: error});
  }
  return error;
}
