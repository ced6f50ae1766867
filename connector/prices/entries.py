"""What a price list says of one product or category: a price, a percentage, quantity breaks, or only that it is seen.

An entry as documents carry it is one of

    "12.50"                      a price for one unit
    "10%"                        so much off the product's own unit price; "-5%" is five percent more
    ["12.50", ["10", "11.25"]]   the first from any quantity on, the others from theirs; the first may be null
    true, false                  whoever has the list sees the product, or does not; no price of its own
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

from connector.money import PRECISION, plain

PRICE = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,5})?", re.ASCII)
PERCENT = re.compile(r"(100(\.0{1,4})?|-?(0|[1-9][0-9]?)(\.[0-9]{1,4})?|-[1-9][0-9]{2}(\.[0-9]{1,4})?)%", re.ASCII)
QUANTITY = re.compile(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,5})?", re.ASCII)
MOST_BREAKS = 50
STEP = Decimal("0.00001")  # the five places that a unit price may have

Entry = str | bool | list[object]


def steps_of(entry: object) -> list[tuple[Decimal, str]]:
    """(from quantity, price or percentage), lowest quantity first; empty for an entry that has no price or no sense."""
    if isinstance(entry, str):
        return [(Decimal(0), entry)] if is_value(entry) else []
    if not isinstance(entry, list) or not entry or len(entry) > MOST_BREAKS + 1:
        return []
    base, *breaks = entry
    steps = [] if base is None else [("0", base)]
    for each in breaks:
        if not isinstance(each, list) or len(each) != 2:
            return []
        steps.append((each[0], each[1]))
    read = [(Decimal(start), value) for start, value in steps if is_quantity(start) and is_value(value)]
    ascending = all(one[0] < other[0] for one, other in pairwise(read))
    return read if len(read) == len(steps) and ascending else []


def is_value(text: object) -> bool:
    """Whether it is a price or a percentage as entries carry them."""
    return isinstance(text, str) and bool(PRICE.fullmatch(text) or PERCENT.fullmatch(text))


def is_quantity(text: object) -> bool:
    """Whether it is a quantity as entries carry them."""
    return isinstance(text, str) and bool(QUANTITY.fullmatch(text))


def value_of(text: str, unit_price: Decimal) -> Decimal:
    """The price that an entry's price or percentage comes to; a percentage half-up to five places."""
    if not text.endswith("%"):
        return plain(Decimal(text))
    with localcontext() as context:
        context.prec = PRECISION
        exact = unit_price * (100 - Decimal(text[:-1])) / 100
        return plain(exact.quantize(STEP, rounding=ROUND_HALF_UP))
