// Writes an order document from what a rep enters: names and prices frozen from the device's catalog, amounts exact.
import {exactCents, lineCents, shareCents, show} from '../../web/pwa/src/money/decimal.js';
import {ulid} from '../../web/pwa/src/orders/ulid.js';

const OPTIONAL = ['note', 'po_number', 'deliver_on', 'ship_to'];

/**
 * The order document for `fields`; `find(id)` reads the device's copy of a product or customer (undefined if it has none).
 * Lines may leave unit_price and name to the catalog; a customer may be given by id alone; a discount of the whole order
 * may be given by its share of the lines alone.
 */
export async function writeOrder(fields, {rep, device, find}) {
  const captured = fields.captured_at === undefined ? new Date() : new Date(fields.captured_at);
  if (Number.isNaN(captured.getTime())) throw new RangeError(`captured_at is not a time: ${fields.captured_at}`);
  if (!Array.isArray(fields.lines) || !fields.lines.length) throw new RangeError('an order needs at least one line');

  const lines = [];
  const charges = [];
  let total = 0n;
  for (const entry of fields.lines) {
    const known = await find(entry.product);
    const line = {
      product: entry.product,
      name: entry.name ?? named(known, entry.product).name,
      quantity: entry.quantity,
      unit_price: entry.unit_price ?? named(known, entry.product).unit_price,
      discount: entry.discount ?? '0',
    };
    const cents = lineCents(line.quantity, line.unit_price, line.discount);
    lines.push({...line, amount: show(cents)});
    total += cents;
  }
  const worth = total;
  for (const entry of fields.charges ?? []) {
    const cents = exactCents(entry.amount, 'the amount of a charge');
    const name = entry.name ?? named(await find(entry.product), entry.product).name;
    charges.push({product: entry.product, name, amount: show(cents)});
    total += cents;
  }

  const discount = fields.discount && takenOff(fields.discount, worth);
  if (discount) total -= exactCents(discount.amount, 'the amount of the discount');
  if (total < 0n) throw new RangeError('the discount is more than the order');

  const id = typeof fields.customer === 'string' ? fields.customer : fields.customer?.id;
  const order = {
    _id: `order:${ulid(captured.getTime())}`,
    type: 'order',
    schema: 1,
    kind: fields.kind ?? 'order',
    rep,
    device,
    captured_at: captured.toISOString(),
    captured_on: fields.captured_on ?? localDate(captured),
    customer: {id, name: fields.customer?.name ?? named(await find(id), id).name},
    currency: fields.currency ?? 'USD',
    lines,
    charges,
    ...(discount && {discount}),
    total: show(total),
    ...(fields.tax !== undefined && {tax: show(exactCents(fields.tax, 'tax'))}),
  };
  for (const name of OPTIONAL) if (fields[name] !== undefined) order[name] = fields[name];
  return order;
}

function takenOff({amount, share}, worth) {
  if (share === undefined) return {amount: show(exactCents(amount, 'the amount of the discount'))};
  return {amount: amount ?? show(shareCents(worth, share, 'the share of the discount')), share};
}

function named(known, id) {
  if (!known) throw new RangeError(`${id} is not on this device; sync first, or give its name and price`);
  return known;
}

function localDate(moment) {
  const two = (number) => String(number).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}
