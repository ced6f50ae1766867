// Which products are asked for and what is told of them, worked out beside the replica that holds them and the price lists.
import {breaksOf} from '../prices/breaks.js';
import {PriceLists} from '../prices/price_lists.js';
import {isVisible} from '../prices/rules.js';

/**
 * A chooser for replica/reading.js. `wanted` is {category, buyer, sold}: a path of names, {price_list, currency, home} of the
 * customer whose visible products and prices are meant, and whether only what is still sold is (each may be left out). Documents then carry `breaks` (prices/breaks.js)
 * and, where they are asked for by id and the customer must not see them, `hidden`.
 */
export function choosing() {
  const assortments = new WeakMap(); // overlay -> the last buyer's
  return async (overlay, {category = null, buyer = null, sold = false}) => {
    const assortment = buyer && await assortmentOf(assortments, overlay, buyer);
    const inCategory = category && ((row) => category.every((name, at) => row.category?.[at] === name));
    return {
      filter: filterOf(category, assortment, inCategory, sold),
      dress: assortment ? (product) => dressed(product, assortment) : (product) => product,
    };
  };
}

function filterOf(category, assortment, inCategory, sold) {
  const hidden = assortment?.hidden;
  if (!category && !hidden?.size && !sold) return undefined;
  return {
    key: JSON.stringify([category, assortment?.key, sold]),
    keeps: (row) => !hidden?.has(row.id) && (!inCategory || inCategory(row)) && (!sold || row.active !== false),
  };
}

// Abroad, a product's own price would be wrong by the exchange rate, unseen: the list's prices count, or the rep enters one.
function dressed(product, {list, hidden, abroad}) {
  const {unit_price: _, ...rest} = product;
  const priced = abroad ? rest : product;
  return {...priced, breaks: breaksOf(priced, list), ...(hidden.has(product._id) && {hidden: true})};
}

/** {key, list, hidden}: kept until something changes in the replica or somebody else buys. */
async function assortmentOf(kept, overlay, {price_list: name, currency, home}) {
  const {listing} = overlay;
  const key = JSON.stringify([name ?? null, currency ?? null, home]);
  const last = kept.get(overlay);
  if (last?.key === key && last.version === listing.version) return last;
  const lists = last?.lists ?? new PriceLists((id) => overlay.get(id));
  const {version} = listing;
  const list = await lists.of({price_list: name, currency}, home);
  const made = {key, version, lists, list, hidden: list ? hiddenIn(listing, list) : new Set(), abroad: Boolean(currency) && currency !== home};
  kept.set(overlay, made);
  return made;
}

function hiddenIn(listing, list) {
  const hidden = new Set();
  for (const {id, category} of listing.rows.values()) {
    if (id.startsWith('product:') && !isVisible({_id: id, category}, list)) hidden.add(id);
  }
  return hidden;
}
