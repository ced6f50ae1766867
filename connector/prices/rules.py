"""Which price a product has on a list, and whether the list's customers may see it: functions without a clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.money import decimal_of, plain
from connector.prices.entries import steps_of, value_of

EVERYTHING = "*"  # the rule for all products
OWN = "unit_price"  # what is used where a list says nothing: the product's own price


@dataclass(frozen=True)
class PriceList:
    """A list as a whole. `prices` by QuickBooks' id of the product, `rules` by category path or `*`; see entries.

    `visible` is `all`, or `listed`: only what the list names. `currency` is None for the home currency.
    """

    list: str
    name: str
    visible: str = "all"
    currency: str | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    prices: Mapping[str, Any] = field(default_factory=dict)

    def usable_in(self, currency: str | None, home: str | None) -> bool:
        """Whether its prices are in a customer's currency; None is the home currency."""
        return (self.currency or home) == (currency or home)


@dataclass(frozen=True)
class Found:
    """A price for one unit and where it comes from.

    `rule` is `product`, `category:<path>`, `*` or `unit_price`; `start` the quantity from which it counts, `value` what
    the list says (`10%`).
    """

    price: Decimal
    rule: str
    start: Decimal = Decimal(0)
    value: str | None = None


def price_for(product: Mapping[str, Any], prices: PriceList | None, quantity: Decimal) -> Found:
    """The price of one unit of a `product:` document at a quantity, by the most specific rule that has one.

    First the product's own entry, then its category from the narrowest to the widest, then `*`, then its unit price.
    An entry that makes no sense is passed over.
    """
    own = _own_price(product)
    for rule, entry in _entries(product, prices):
        fitting = [(start, value) for start, value in steps_of(entry) if start <= quantity]
        if fitting:
            start, value = fitting[-1]
            return Found(value_of(value, own), rule, start, value)
    return Found(own, OWN)


def is_visible(product: Mapping[str, Any], prices: PriceList | None) -> bool:
    """Whether customers with this list may see and order a product; without a list they see everything."""
    if prices is None:
        return True
    for rule, entry in _entries(product, prices):
        if isinstance(entry, bool):
            return entry
        if rule != EVERYTHING and steps_of(entry):
            return True
    return prices.visible != "listed"


def _entries(product: Mapping[str, Any], prices: PriceList | None) -> Iterator[tuple[str, Any]]:
    if prices is None:
        return
    key = str(product.get("_id", "")).removeprefix("product:")
    if key in prices.prices:
        yield "product", prices.prices[key]
    for path in paths_of(product.get("category")):
        if path in prices.rules:
            yield f"category:{path}", prices.rules[path]
    if EVERYTHING in prices.rules:
        yield EVERYTHING, prices.rules[EVERYTHING]


def paths_of(category: object) -> list[str]:
    """A product's categories (topmost first) as paths, the narrowest first: `Outdoor:Tents`, `Outdoor`."""
    names = [str(name) for name in category] if isinstance(category, list) else []
    return [":".join(names[:count]) for count in range(len(names), 0, -1)]


def _own_price(product: Mapping[str, Any]) -> Decimal:
    try:
        return plain(decimal_of(product.get("unit_price", "0")))
    except ValueError:
        return Decimal(0)
