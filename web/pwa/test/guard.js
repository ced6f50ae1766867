// The guard of the orders databases, run as CouchDB runs it.
import {readFileSync} from 'node:fs';

const SOURCE = readFileSync(new URL('../../../couch_design/orders/_design/guard/validate_doc_update.js', import.meta.url), 'utf8');
const guard = (0, eval)(`(${SOURCE})`);

/** The guard's reason for refusing a new document of a rep, or null. */
export function refusalOf(document, rep) {
  try {
    guard(document, null, {name: 'bob', roles: ['rep', `rep:${rep}`], db: `orders-${rep}`}, {});
    return null;
  } catch (error) {
    if (!error.forbidden) throw error;
    return error.forbidden;
  }
}
