// Prints the documents that the app writes, one of each kind and form, as one JSON list.
import {requestOf} from '../../web/pwa/src/customers/requests.js';
import {addLine, amendmentDraft, change, copyOf, newDraft, repairDraft, setCharge, setQuantity} from '../../web/pwa/src/drafts/draft.js';
import {merge} from '../../web/pwa/src/drafts/merge.js';
import {amendmentOf, cancellationOf, orderOf} from '../../web/pwa/src/orders/order.js';
import {markOf} from '../../web/pwa/src/orders/signed.js';
import {standing} from '../../web/pwa/src/orders/standing.js';
import {BOARD, FREIGHT, HARBOUR, PHONE, SCREWS, TABLET} from '../../web/pwa/test/samples.js';

const bare = setQuantity(newDraft(HARBOUR, 'USD', PHONE), BOARD, '12', PHONE);
const full = change(setCharge(setQuantity(bare, SCREWS, '128.35', PHONE), FREIGHT, '7.5', PHONE), {
  [`lines/${SCREWS._id}/discount`]: '0.125', discount: {share: '0.05'}, note: 'Call first.\nGate 3.', po_number: 'PO 7781',
  deliver_on: '2026-12-01', ship_to: {name: 'Yard', city: 'Bath'}, tax: '3.21',
}, TABLET);
const signature = {path: 'M12 80l5 -30 8 22', width: 328, height: 180, signed_by: 'Ada Møller', signed_at: '2026-11-25T16:46:00.000Z'};
const signed = change(addLine(setQuantity(newDraft(HARBOUR, 'USD', TABLET), BOARD, '2', TABLET), BOARD, TABLET), {signature: {...signature, of: markOf(bare)}}, TABLET);
const quote = orderOf(full, 'quote', PHONE);
const amended = change(amendmentDraft(quote, standing(quote, []), PHONE), {discount: {amount: '1'}}, PHONE);
const products = new Map([[BOARD._id, BOARD], [SCREWS._id, SCREWS]]);

console.log(JSON.stringify([
  bare, full, merge([bare, full]).merged, copyOf(quote, products, PHONE).draft, amended,
  orderOf(bare, 'order', PHONE), {...quote, _id: quote._id.replace(/.$/, (last) => (last === '0' ? '1' : '0'))},
  amendmentOf(amended, quote._id, 1, PHONE, {approve: true}), amendmentOf(bare, quote._id, 2, TABLET),
  cancellationOf(quote._id, '', PHONE), signed, orderOf(signed, 'order', TABLET), amendmentOf(signed, quote._id, 3, TABLET), repairDraft(quote, TABLET),
  requestOf({name: 'Quayside Deli'}, '01KAXQ3V0000000000000000RB', PHONE),
  requestOf({
    name: 'Quayside & Sons', contact: 'Ann', phone: '+44 1225 555 010', email: 'ann@quayside.example', street: 'Quay 1', city: 'Bath', region: 'Somerset',
    postal_code: 'BA1 1AA', country: 'UK', note: 'Ring\ntwice.',
  }, '01KAXQ3V0000000000000000RC', PHONE),
]));
