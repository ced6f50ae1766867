// When each kind of data was last confirmed with QuickBooks: the small database `ages`, which replicates as any other.
import {pull} from '../sync/replication.js';

const DOCUMENT = 'ages:quickbooks';

/** `state` is {confirmed: {products, prices, stock, customers, balances, ...}}: times, left out where nobody knows. */
export class Ages extends EventTarget {
  state = {confirmed: {}};

  constructor(local, remote) {
    super();
    this.local = local;
    this.remote = remote;
  }

  /** Read what is stored. */
  async open() {
    const {confirmed} = await this.local.get(DOCUMENT).catch((error) => {
      if (error.status === 404) return {confirmed: {}};
      throw error;
    });
    this.state = {confirmed};
    this.dispatchEvent(new Event('state'));
  }

  /** Fetch what is new; a server that has no such database yet is no trouble. */
  async refresh() {
    await pull(this.local, this.remote).catch((error) => {
      if (error.status !== 404) throw error;
    });
    await this.open();
  }

  destroy() {
    return this.local.destroy();
  }
}
