// Every text that a rep reads, in one place and ready for translation.
import {stock} from './strings/stock.js';

export const LOCALE = globalThis.navigator?.language ?? 'en-US';

const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/** What it means that an order is where it is, in one sentence. */
function meaning({place, outcome, refused, change, form}, withdrawn) {
  if (refused) return 'The server refused it, so nobody else has it.';
  if (place === 'device') return 'It is sent as soon as this device reaches the server.';
  if (outcome === null) return 'The server has it; it goes to QuickBooks from there, without this device.';
  if (change?.place === 'attention') return 'The order itself stands; the change of it does not go on.';
  return {
    received: 'The office has it; QuickBooks gets it next.',
    waiting: 'QuickBooks cannot take it just now. It is tried again by itself; nobody has to do anything.',
    held: 'It waits until somebody decides. Nothing goes to QuickBooks before that.',
    parked: 'It does not go on by itself. Once the reason is gone, the office has it tried again.',
    posted: `QuickBooks has it as an ${form}.`,
    amended: `QuickBooks has it as an ${form}, with the last change.`,
    cancelled: withdrawn ? 'It is withdrawn.' : 'The office has closed or deleted it in QuickBooks.',
    converted: 'The office has made an invoice of it.',
  }[outcome];
}

export const text = {
  app: 'Roadbook', stock,
  tabs: {customers: 'Customers', catalogue: 'Catalogue', orders: 'Orders', sync: 'Sync'},
  tabsLabel: 'Main',
  back: 'Back',

  signIn: {
    title: 'Sign in',
    why: 'The first time needs a network. After that Roadbook opens without one.',
    again: 'The server asks you to sign in again. Everything you took is kept on this device and is sent afterwards.',
    name: 'Name', password: 'Password', submit: 'Sign in', later: 'Not now',
    wrong: 'The name or the password is wrong.',
    locked: 'This account is locked for a few minutes: too many wrong passwords.',
    not_a_rep: 'This account is not a rep’s.',
    another: 'That is another rep’s account. Sign out first.',
    unreachable: 'The server cannot be reached. Look for a network and try again.',
  },

  first: {
    title: 'Getting your catalogue and customers',
    documents: (done, total) => (total ? `${done} of ${total} documents` : `${done} documents`),
    left: (seconds) => (seconds < 60 ? 'less than a minute left' : `about ${Math.ceil(seconds / 60)} minutes left`),
    resumes: 'You may leave: it goes on where it stopped.',
    offline: 'There is no network. It goes on by itself as soon as there is one.',
  },

  customers: {
    search: 'Search customers', none: 'No customer matches.', total: (number) => count(number, 'customer', 'customers'),
    balance: (money) => `owes ${money}`, credit: (money) => `has ${money} credit`, inactive: 'inactive',
    newOrder: 'New order', copy: 'Copy the last order', history: 'Orders of this customer', noHistory: 'No orders yet.',
    left: (names) => `Left out, because it is not sold any more: ${names.join(', ')}.`,
    gone: 'This customer is not among yours (any more).', priceList: (name) => `Price list: ${name}`, itsCatalogue: 'Catalogue with its prices',
    balancesOf: (when) => `balances as of ${when}`,
  },

  catalogue: {
    search: 'Search products: name, SKU, barcode', none: 'No product matches.', total: (number) => count(number, 'product', 'products'),
    stock: (quantity, when) => `${quantity} in stock${when ? ` as of ${when}` : ''}`, notSold: 'not sold any more', charge: 'charge', bundle: 'bundle: order what is in it',
    less: (name) => `One less ${name}`, more: (name) => `One more ${name}`, quantity: (name) => `Quantity of ${name}`,
    addCharge: (name) => `Amount of ${name}`,
    category: 'Category', everything: 'All categories', showMore: 'Show more', noPrice: 'no price', from: (quantity, price) => `from ${quantity}: ${price}`,
    pricesFor: (customer) => `Prices for ${customer}`, forEveryone: 'Without a customer',
  },

  product: {
    sku: 'SKU', barcode: 'Barcode', category: 'Category', price: 'Price', from: (quantity) => `from ${quantity}`, listPrice: 'Without the customer’s list',
    stock: 'In stock', asOf: (when) => `as of ${when}`, ageUnknown: 'age not known', close: 'Close', picture: (name) => `Picture of ${name}`,
    noPicture: 'The full picture comes when there is a network.',
  },

  scanner: {
    title: 'Scan a barcode', aim: 'Hold the barcode before the camera.', close: 'Close', NoDetector: 'This browser cannot read barcodes. Type the number instead.',
    NotAllowedError: 'The camera may not be used: allow it for this page in the browser’s settings, or type the number.',
    NotFoundError: 'This device has no camera that can be used. Type the number instead.',
    NotReadableError: 'Another app uses the camera. Close it and try again, or type the number.',
    other: (why) => `The camera cannot be used: ${why}. Type the number instead.`,
  },

  newCustomer: {
    title: 'New customer', why: 'You can take an order at once. The office’s books get the customer when this device has a network.',
    byTheOffice: 'The office adds customers: ask it for a new one.', submit: 'Ask for this customer', again: 'Send it again', putRight: 'The server refused this request. Put it right and send it again: orders for this customer stay with it.', where: 'Where the request is', askedAt: (when) => `Asked for ${when}`, gone: 'This request is not here.',
    alike: 'You may have this customer already:', became: (name) => `In QuickBooks as ${name}`,
    comes: (name) => `It is ${name} there, and comes to this device with one of the next syncs. Orders can be taken meanwhile.`,
    places: {device: 'On this device', server: 'On the server', quickbooks: 'In QuickBooks', attention: 'Needs attention'},
    fields: {
      name: 'Name of the business', contact: 'Person to ask for', phone: 'Telephone', email: 'E-mail for invoices', street: 'Street and number', city: 'City',
      region: 'State or province', postal_code: 'Postal code', country: 'Country', note: 'Note for the office',
    },
    problems: {missing: 'A name is needed.', colon: 'QuickBooks takes no colon in a name.', email: 'This is no e-mail address.', long: 'This is too long.'},
  },

  draft: {
    title: (customer) => `For ${customer}`, review: 'Review', empty: 'No products yet.', saved: 'Saved on this device',
    saving: 'Saving …', notSaved: 'Not saved! The storage of this device refuses it. Free some space; if this stays, note the order down and reload the app.',
    lines: (number) => count(number, 'line', 'lines'), total: 'Total', worth: 'Products', discount: 'Discount',
    tax: 'Tax (an estimate)', noTax: 'Tax: QuickBooks works it out', addMore: 'Add products', note: 'Note for the office', poNumber: 'Customer’s PO number',
    deliverOn: 'Deliver on', price: 'Price', lineDiscount: 'Discount %', orderDiscount: 'Discount on all products %',
    submitOrder: 'Submit order', submitQuote: 'Submit quote', submitChange: 'Submit change', approve: 'Submit as order',
    discard: 'Discard draft', discardSure: 'Discard this draft? It is gone on all your devices.', badNumber: 'not a number: write 1,000 as 1000', amount: 'Amount',
    open: 'Drafts', changes: (number) => `Change of ${number}`, gone: 'This draft is not here any more.',
    already: (number) => `This draft was submitted already as ${number}.`, show: 'Show it',
    remove: (name) => `Take ${name} off`, details: 'Price and discount',
    detailsOf: (name) => `Price and discount of ${name}`, amountOf: (name) => `Amount of ${name}`, another: 'Another line of it',
    fixedPrice: 'Your company lets nobody change prices here.', allTheSame: (words) => `${words} all the same`,
    what: ({amends, repairs, approves}) => (repairs ? 'put right' : amends && (approves ? 'quote to order' : 'change')),
    repairing: (number) => `The server refused ${number}. Put it right and submit it again: it keeps its number.`,
    refused: (why) => `The server refused this draft, so it is on this device alone: ${why}`,
    alreadyWhat: 'What this draft says now can only go out as a change of that order. Or discard the draft.',
    asChange: (number) => `Make it a change of ${number}`,
  },

  choice: {
    title: 'Changed on two devices',
    why: 'Choose what counts. Nothing is lost until you do.',
    from: (device, when) => `${device}, ${when}`, removed: 'taken off', here: 'this device', nothing: 'nothing', yes: 'yes', no: 'no',
    fields: {
      quantity: 'Quantity', unit_price: 'Price', discount: 'Discount', note: 'Note', po_number: 'PO number', deliver_on: 'Deliver on',
      amount: 'Amount', customer: 'Customer', name: 'Name', list_price: 'Catalogue price', signature: 'Signature', tax: 'Tax',
      approves: 'Quote to order', amends: 'Changes an order', repairs: 'Puts an order right',
    },
  },

  warnings: {
    title: 'Before you leave the customer',
    customer_unknown: ({name}) => `${name} is not among your customers: the office will have to sort it out.`,
    customer_inactive: ({name}) => `${name} is inactive in QuickBooks: the order will be parked.`,
    customer_asked_for: ({name}) => `${name} is new and waits for the office.`,
    product_unknown: ({name}) => `${name} is not in your catalogue: the order will be parked.`,
    product_inactive: ({name}) => `${name} is not sold any more: the order will be parked.`,
    product_is_a_bundle: ({name}) => `${name} is a bundle: order what is in it, or the order will be parked.`,
    product_without_tax_code: ({name}) => `${name} has no tax code in QuickBooks: the order will be parked.`,
    beyond_stock: stock.beyond,
    same_order_minutes_ago: ({name}) => `You took the same order for ${name} a few minutes ago.`,
    other_currency: ({name, currency, billed}) => `${name} is billed in ${billed}, this draft is in ${currency}: the order will be parked. Begin a new draft.`,
    discounts_off: () => 'Discounts are turned off in QuickBooks: the order will be parked. Take the discount off, or set the price.',
    repeated_line: ({name}) => `${name} stands on two lines that are all alike: the order will be parked until you say that it is meant.`,
    price_changed: ({name, was, is}) => `${name} costs ${is} by now; this draft says ${was}.`,
    list_price_changed: ({name, was, is}) => `${name} costs ${is} by now, not ${was}. The price that you set stays.`,
    takePrice: (price) => `Take ${price}`,
    product_not_for_customer: ({name}) => `${name} is not among what this customer buys.`,
    too_many_lines: ({name}) => `More than ${name} lines: split the order in two.`,
    too_many_charges: ({name}) => `More than ${name} charges: take some off.`,
    signature_outdated: () => 'The order changed after it was signed: have it signed again, or take the signature off.',
    notReckoned: 'A number is missing or wrong, or more is taken off than there is: there is no total.',
  },

  orders: {
    none: 'No orders yet. Choose a customer to begin.', kind: {order: 'Order', quote: 'Quote'}, withdrawn: 'withdrawn',
    lines: 'Lines', who: {rep: 'You must act.', office: 'The office must act.', admin: 'An admin must act.', nobody: ''},
    cancel: 'Withdraw', cancelSure: 'Withdraw this order?', cancelWhy: 'Why (for the office)', cancelNow: 'Withdraw it', keep: 'Keep it',
    amend: 'Change', approve: 'Make it an order', copy: 'Copy to a new draft', toCopy: 'Go to the draft', goOn: 'Go on with the change',
    repair: 'Put it right and send it again', goOnRepairing: 'Go on putting it right', notHere: 'This order is not on this device.',
    invoiced: 'The office has made an invoice of it: ask the office for changes.',
    search: 'Search orders', filter: 'Which orders', filters: {all: 'All', open: 'Open', attention: 'Needs attention'},
    total: (number) => count(number, 'entry', 'entries'), more: (number) => `Show more (${number} left)`,
    means: (where, withdrawn) => meaning(where, withdrawn),
    change: {amendment: 'change', cancellation: 'withdrawal'}, trail: 'Where it is',
    changeIs: (what, place) => `The last ${what}: ${place}`, captured: (when) => `Taken ${when}`,
  },

  signature: {
    title: 'Signature', sign: 'Have it signed', again: 'Sign again', remove: 'Take the signature off', name: 'Name of who signs',
    pad: 'Sign here with a finger or a pen', clear: 'Clear', cancel: 'Cancel', done: 'Keep signature',
    of: (name) => (name ? `Signature of ${name}` : 'Signature'), signed: (name, when) => `Signed${name ? ` by ${name}` : ''}, ${when}.`,
    outdated: 'The order changed after it was signed.', before: 'Signed before the last change.',
  },

  paper: {
    get: 'PDF of this order',
    told: {
      coming: 'Getting it …', here: 'It is among your downloads.',
      offline: 'The server prints it, and it cannot be reached now. Try again with a network.', sign_in: 'Sign in again first.',
      busy: 'The server is printing other orders. Try again in a moment.',
      not_yet: 'The office has not taken this order up yet. Sync, then try again in a minute.', failed: 'There is no PDF of this order now. Ask the office.',
    },
  },

  versions: {
    title: 'Two versions', why: {
      order: 'Two devices handed in this order with different contents. Only one becomes an estimate; nothing is lost.',
      amendment: 'Two devices changed this order without knowing of each other. One change counts; the other is kept here.',
    },
    counts: 'Counts here', other: 'Does not count', before: 'As it was refused', take: 'Send it as a change',
    from: (device, when) => `${device}, ${when}`, replaced: (when) => `A version of ${when} was refused and put right`,
  },

  trail: {
    title: 'Its way so far', now: 'now', what: {order: 'Order', amendment: 'Change', approval: 'Quote made an order', cancellation: 'Withdrawal'},
    taken: ({what, device, here}) => `${what} taken on ${here ? 'this device' : device}`,
    unsent: ({what}) => `${what}: on this device, not sent yet`,
    sent: ({what}) => `${what}: on the server, the office’s connector has not read it yet`,
    refused: ({what}) => `${what}: refused by the server.`,
    received: ({what}) => `${what} read by the office’s connector`,
    posted: ({what, form, estimate}) => `${what} in QuickBooks${estimate ? ` as ${form} ${estimate}` : ''}`,
    parked: ({what}) => `${what} set aside.`, held: ({what}) => `${what} held for a decision.`, waiting: ({what}) => `${what} waits and is tried again by itself.`,
    amended: ({what}) => (what === 'Order' ? 'Order changed' : `${what} carried out`),
    cancelled: ({what}) => (what === 'Withdrawal' ? 'Withdrawal carried out' : `${what} withdrawn`),
    converted: ({what}) => `${what}: the office made an invoice of it`,
  },

  places: {
    device: 'On this device', server: 'On the server', attention: 'Needs attention',
    quickbooks: (form, number, status) => `In QuickBooks as ${form} ${number ?? ''}${status ? ` (${status})` : ''}`,
    settled: 'Settled',
    outcomes: {cancelled: 'withdrawn', converted: 'invoiced', amended: 'changed'},
    forms: {estimate: 'estimate', invoice: 'invoice'},
  },

  sync: {
    now: 'Sync now', syncing: 'Syncing …', last: (when) => `Last sync: ${when}`, never: 'Never synced',
    unsent: (number) => (number ? `${count(number, 'document', 'documents')} not sent yet` : 'Nothing unsent'),
    draftsUnsent: (number) => `${count(number, 'draft', 'drafts')} not on the server yet`,
    refused: (number) => `${count(number, 'document was', 'documents were')} refused`,
    phases: {
      idle: 'Not started', syncing: 'Syncing …', live: 'Up to date', offline: 'No server in reach: everything stays on this device until there is one',
      sign_in: 'Sign in to go on syncing', failing: 'Something went wrong; it is tried again by itself',
    },
    codes: {
      storage_full: 'This device is full. What was saved is safe; nothing more can be stored until there is room.',
      refused: 'The server does not let this account do that. Tell the office.',
      server: 'The server is in trouble. It is tried again by itself.',
    },
    signOut: 'Sign out', who: (name) => `Signed in as ${name}`, device: (name) => `This device: ${name}`,
  },

  road: {
    ready: 'Ready for the road', notReady: 'Not ready for the road yet', holds: 'fine', open: 'not yet', unknown: 'not known', never: 'never',
    documents: (products, customers) => `${products} + ${customers}`, free: (room) => `${room} free`, until: (when) => `until ${when}`,
    what: {
      synced: 'Synced', unsent: 'Not sent yet', refused: 'Refused', documents: 'Products + customers here', products: 'Products confirmed',
      prices: 'Prices confirmed', stock: 'Stock confirmed', customers: 'Customers confirmed', balances: 'Balances confirmed', space: 'Space',
      persisted: 'Kept when space is short', kept: 'Opens without a network', sign_in: 'Signed in', clock: 'Clock',
    },
    why: {
      idle: 'It has not been synced since the app was opened.', syncing: 'A sync is under way.', offline: 'No server is in reach just now.',
      failing: 'The last sync failed.', unsent: 'Sync before you leave the network.', refused: 'See Orders: they need you.',
      catalog: 'Products have not come yet.', customers: 'Customers have not come yet.',
      old: 'The office has not confirmed it with QuickBooks for a day.', unknown_age: 'The office has not confirmed it yet.',
      space: 'Hardly any room is left: delete photos or apps that you do not need.', unknown_space: 'This browser does not tell.',
      not_persisted: 'The browser may delete it: add Roadbook to the home screen.', not_kept: 'The app itself is not stored yet: sync once more.',
      sign_in: 'Sign in again, so that it holds on the road.', clock: 'Set the clock of this device.',
    },
  },

  leaving: {
    title: 'This device', busy: 'Syncing first …', export: 'Save them in an encrypted file',
    signOut: {sure: 'Sign out? What is on this device is deleted; the server keeps it.', deleting: 'Sign out and delete them here'},
    reset: {title: 'Fetch everything anew', sure: 'Delete what is on this device and fetch it again from the server?', deleting: 'Delete them here and fetch everything anew'},
    unsent: (number) => `Not while ${count(number, 'document is', 'documents are')} unsent: sync first.`,
    refused: (number) => `${count(number, 'document', 'documents')} the server refused: nobody else has ${number === 1 ? 'it' : 'them'}.`,
    inMemory: (number) => `${count(number, 'draft', 'drafts')} could not be saved on this full device: free some space first.`,
    deleteSure: (number) => `Is the file in a safe place? ${count(number, 'document', 'documents')} will be on no device any more, only in that file.`,
    kinds: {
      draft: (whose) => `Draft for ${whose}`, amend: (whose) => `Change of ${whose}`, cancel: (whose) => `Withdrawal of ${whose}`,
      custreq: (whose) => `New customer ${whose}`,
    },
  },

  export: {
    title: 'Save what is unsent in a file', why: (number) => `${count(number, 'document goes', 'documents go')} into an encrypted file. Bring it to another device of yours, or to the office.`,
    passphrase: 'Passphrase', again: 'The same again', remember: 'Without the passphrase nobody can read the file, not even the office.',
    short: (number) => `Take at least ${number} characters.`, differ: 'The two are not the same.', make: 'Make the file', making: 'Encrypting …',
    made: 'The file is ready', keep: 'Save it where it survives this device, or send it to yourself or the office. Nothing is deleted by that.', save: 'Save the file', share: 'Send the file',
  },

  import: {
    title: 'Bring in a file', file: 'File of unsent documents', take: 'Bring it in', taking: 'Reading …',
    taken: (number) => `${count(number, 'document was', 'documents were')} brought in, and will be sent with the next sync.`,
    another_rep: 'This file is another rep’s.', wrong_passphrase: 'The passphrase is wrong, or the file was damaged.',
    not_an_export: 'This is no file of unsent documents.', newer: 'This file was made by a newer app: take the update first.',
  },

  notices: {
    lost: 'The browser deleted what Roadbook had stored on this device',
    lostSome: (unsent, drafts, when) => `${[unsent && count(unsent, 'document', 'documents'), drafts && count(drafts, 'draft', 'drafts')].filter(Boolean).join(' and ')} had not been sent by ${when}: look through your notes, and take them again.`,
    lostNothing: (when) => `As far as is known (${when ?? '?'}), everything had been sent.`, lostUnknown: 'Whether something was unsent is not known: compare your notes with Orders.',
    lostAgain: 'Everything else is fetched again. Add Roadbook to the home screen, and the browser keeps it.', seen: 'I have seen it',
    wiped: 'The browser deleted what Roadbook had stored on this device. Sign in to fetch it again.',
    full: 'This device is full', fullWhat: 'What Roadbook says is saved is safe, but nothing more can be stored. Delete photos, videos or apps that you do not need; Roadbook goes on by itself.',
    refuses: 'That was not stored: the storage of this device refuses it. Free some space; if this stays, reload the app.',
    clock: (by, ahead) => `This device’s clock is ${by} ${ahead ? 'ahead' : 'behind'}`,
    clockWhat: 'Set it right in the device’s settings. Until then your orders carry the server’s time.',
    cannotOpen: 'Roadbook cannot open what is stored on this device.', again: 'Try again',
  },

  chip: {
    offline: 'offline', unsent: (number) => `${number} unsent`, sign_in: 'sign in', syncing: 'syncing', live: 'up to date', failing: 'retrying', idle: '…',
  },

  update: {
    offered: 'A new version is ready.', take: 'Take it now', later: 'Later', taking: 'The new version is starting …',
    unsaved: 'Not yet: the draft on the screen is not saved.',
  },
  failed: 'That did not work',
};
