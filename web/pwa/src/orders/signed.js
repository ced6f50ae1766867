// What was signed: a signature counts for the lines, charges and discount that were on the screen, and for nothing else. Pure.
import {reckon} from './amounts.js';

/** A short mark of what a draft comes to; it changes with any line, charge, price or discount. Null where it can't be reckoned. */
export function markOf(draft) {
  try {
    const {lines, charges, discount, total} = reckon(draft);
    const said = [
      lines.map(({product, quantity, unit_price: price, discount: off}) => [product, quantity, price, off]),
      charges.map(({product, amount}) => [product, amount]), discount?.amount ?? null, total,
    ];
    return `${total} ${checksum(JSON.stringify(said))}`;
  } catch {
    return null;
  }
}

/** Whether the draft says something else than what was signed. */
export function isOutdated(draft) {
  return Boolean(draft.signature) && draft.signature.of !== markOf(draft);
}

/** The signature as an order carries it. */
export function submitted({path, width, height, signed_by: name, signed_at: at}) {
  return {path, width, height, ...(name && {signed_by: name}), signed_at: at};
}

function checksum(text) { // FNV-1a of 32 bits: it finds a slip, it proves nothing
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return (value >>> 0).toString(16).padStart(8, '0');
}
