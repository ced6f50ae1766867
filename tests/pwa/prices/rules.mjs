/** The rules of prices on a device, with the table that connector/prices is tested with. */

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';

import {isVisible, priceFor} from '../../../web/pwa/src/prices/rules.mjs';

const table = new URL('../../connector/prices/price_cases.json', import.meta.url);

for (const {name, product, list, quantity, price, rule, visible} of JSON.parse(readFileSync(table, 'utf8'))) {
  test(name, () => {
    const found = priceFor(product, list, quantity);
    assert.deepEqual([found.price, found.rule], [price, rule]);
    assert.equal(isVisible(product, list), visible);
  });
}
