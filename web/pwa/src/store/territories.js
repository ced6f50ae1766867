// The customers of all territories of a rep as one replica. Territories come and go with the rep's account.
import {ReplicaGroup} from '../replica/group.js';
import {openReplica} from '../replica/replica.js';

const FIELDS = ['name', 'address.city', 'phone', 'email', 'company', 'contact'];

/** The replicas of `customers-<territory>` on this device. */
export class Territories extends ReplicaGroup {
  constructor(server, rep, open = openReplica) {
    super();
    this.server = server;
    this.rep = rep;
    this.open = open;
  }

  /** Have these territories and no others; what was kept of others is deleted. Resolves to whether that is a change. */
  async become(territories) {
    const come = territories.filter((territory) => !this.members.has(territory));
    const gone = [...this.members.keys()].filter((territory) => !territories.includes(territory));
    const opened = await Promise.all(come.map((territory) => this.open({
      remote: `${this.server}/customers-${territory}`, name: `customers-${this.rep}-${territory}`, prefix: 'customer:', search: FIELDS,
    })));
    come.forEach((territory, at) => this.add(territory, opened[at]));
    for (const territory of gone) await this.remove(territory);
    return come.length + gone.length > 0;
  }
}
