// A rep, a customer and products for the tests.
export const REP = 'rbob222222222222';
export const AT = new Date('2026-11-25T16:45:12.345Z');
export const PHONE = {rep: REP, device: 'phone-1', at: AT, today: '2026-11-25'};
export const TABLET = {rep: REP, device: 'tablet-2', at: new Date('2026-11-25T16:46:00.000Z'), today: '2026-11-25'};

export const HARBOUR = {_id: 'customer:7', id: 'customer:7', name: 'Harbour Joinery', active: true, taxable: true};

const product = (number, name, unitPrice, more = {}) => ({
  _id: `product:${number}`, type: 'product', name, kind: 'product', unit_price: unitPrice, active: true, taxable: true,
  tax_code: 'TAX', on_hand: '40', ...more,
});
export const BOARD = product(11, 'Oak board 2 m', '14.50');
export const SCREWS = product(12, 'Screws, box', '3.125');
export const FREIGHT = product(90, 'Freight', '25', {kind: 'charge', on_hand: undefined});

/** A copy with the same fields in the same order on any device. */
export const text = (value) => JSON.stringify(value, null, 1);
