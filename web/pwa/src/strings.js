// Every text that a rep reads, in one place and ready for translation.

export const LOCALE = globalThis.navigator?.language ?? 'en-US';

const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

export const text = {
  app: 'Roadbook',
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
  },

  catalogue: {
    search: 'Search products: name or SKU', none: 'No product matches.', total: (number) => count(number, 'product', 'products'),
    stock: (quantity, when) => `${quantity} in stock${when ? ` as of ${when}` : ''}`, notSold: 'not sold any more', charge: 'charge', bundle: 'bundle: order what is in it',
    less: (name) => `One less ${name}`, more: (name) => `One more ${name}`, quantity: (name) => `Quantity of ${name}`,
    addCharge: (name) => `Amount of ${name}`,
  },

  draft: {
    title: (customer) => `For ${customer}`, review: 'Review', empty: 'No products yet.', saved: 'Saved on this device',
    saving: 'Saving …', notSaved: 'Not saved! The storage of this device refuses it. Free some space; if this stays, note the order down and reload the app.',
    lines: (number) => count(number, 'line', 'lines'), total: 'Total', worth: 'Products', discount: 'Discount',
    tax: 'Tax (an estimate)', noTax: 'Tax: QuickBooks works it out', addMore: 'Add products', note: 'Note for the office', poNumber: 'Customer’s PO number',
    deliverOn: 'Deliver on', price: 'Price', lineDiscount: 'Discount %', orderDiscount: 'Discount on all products %',
    submitOrder: 'Submit order', submitQuote: 'Submit quote', submitChange: 'Submit change', approve: 'Submit as order',
    discard: 'Discard draft', discardSure: 'Discard this draft? It is gone on all your devices.', badNumber: 'not a number', amount: 'Amount',
    open: 'Drafts', changes: (number) => `Change of ${number}`, gone: 'This draft is not here any more.',
    already: (number) => `This draft was submitted already as ${number}.`, show: 'Show it',
    remove: (name) => `Take ${name} off`, details: 'Price and discount',
  },

  choice: {
    title: 'Changed on two devices',
    why: 'Choose what counts. Nothing is lost until you do.',
    from: (device, when) => `${device}, ${when}`, removed: 'taken off',
    fields: {
      quantity: 'Quantity', unit_price: 'Price', discount: 'Discount', note: 'Note', po_number: 'PO number', deliver_on: 'Deliver on',
      amount: 'Amount', customer: 'Customer', name: 'Name',
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
    beyond_stock: ({name, wanted, onHand}) => `${name}: ${wanted} wanted, ${onHand} in stock when last synced.`,
    same_order_minutes_ago: ({name}) => `You took the same order for ${name} a few minutes ago.`,
    notReckoned: 'A number is missing or wrong, so there is no total.',
  },

  orders: {
    none: 'No orders yet. Choose a customer to begin.', kind: {order: 'Order', quote: 'Quote'}, withdrawn: 'withdrawn',
    lines: 'Lines', who: {rep: 'You must act.', office: 'The office must act.', admin: 'An admin must act.', nobody: ''},
    cancel: 'Withdraw', cancelSure: 'Withdraw this order?', amend: 'Change', approve: 'Make it an order', copy: 'Copy to a new draft',
    repeated: 'It names a product twice, so it cannot be changed here: withdraw it and take a new one.',
    change: {amendment: 'change', cancellation: 'withdrawal'}, trail: 'Where it is',
    changeIs: (what, place) => `The last ${what}: ${place}`, captured: (when) => `Taken ${when}`,
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
    ages: 'How old what you see is', ageUnknown: 'not known',
    age: {products: 'Products', prices: 'Prices', stock: 'Stock', customers: 'Customers', balances: 'Balances', orders: 'Orders and receipts'},
    ready: 'Ready for the road', notReady: 'Not ready for the road yet',
    missing: {
      unsent: 'Something is not sent yet.', refused: 'Something was refused: see Orders.', offline: 'No server in reach just now.', sign_in: 'Sign in again.',
      syncing: 'A sync is under way.', failing: 'The last sync failed.', catalog: 'Products have not come yet.', customers: 'Customers have not come yet.',
      old: 'The office has not confirmed stock with QuickBooks for a day.', space: 'Hardly any space is left on this device.',
    },
    storage: 'Storage on this device', storageUse: (used, free) => `${used} used, ${free} free`, kept: 'The browser keeps it',
    notKept: 'The browser may delete it when space is short: install the app to be safe', signOut: 'Sign out',
    signOutRefused: (number) => `Not while ${count(number, 'document is', 'documents are')} unsent: sync first.`,
    signOutLosing: (names) => `The server refused ${names.join(', ')}: nobody else has it. Sign out all the same and delete it for good?`,
    signOutSure: 'Sign out? What is on this device is deleted; the server keeps it.', who: (name) => `Signed in as ${name}`,
    device: (name) => `This device: ${name}`,
  },

  chip: {
    offline: 'offline', unsent: (number) => `${number} unsent`, sign_in: 'sign in', syncing: 'syncing', live: 'up to date', failing: 'retrying', idle: '…',
  },

  update: {offered: 'A new version is ready.', take: 'Take it now', later: 'Later'},
  failed: 'That did not work',
};
