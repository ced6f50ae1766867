// Which price a product has on a device: the same table that connector/prices is tested with.
import {readFileSync} from 'node:fs';

import {expect, test} from 'vitest';

import {isVisible, priceFor} from '../../src/prices/rules.js';

const table = new URL('../../../../tests/connector/prices/price_cases.json', import.meta.url);

for (const {name, product, list, quantity, price, rule, visible} of JSON.parse(readFileSync(table, 'utf8'))) {
  test(name, () => {
    const found = priceFor(product, list, quantity);
    expect([found.price, found.rule]).toEqual([price, rule]);
    expect(isVisible(product, list)).toBe(visible);
  });
}
