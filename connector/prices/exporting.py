"""Writes lists as rows that an import reads back to the same lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.prices.names import list_id
from connector.prices.rules import PriceList
from connector.products import Products

HEADINGS = ("list", "product", "name", "category", "from", "price", "percent", "visible")


def rows_of_list(prices: PriceList, products: Products) -> Iterator[tuple[str, ...]]:
    """A row for each price of each quantity, rules first; the name is for people."""
    shown = prices.name if list_id(prices.name) == prices.list else prices.list
    for path, entry in sorted(prices.rules.items()):
        for cells in steps(entry):
            yield (shown, "", "", path, *cells)
    for key, entry in sorted(prices.prices.items(), key=lambda each: (len(each[0]), each[0])):
        product = products.get(key)
        name = str(product["name"]) if product else ""
        for cells in steps(entry):
            yield (shown, f"product:{key}", safe(name), "", *cells)


def steps(entry: Any) -> Iterator[tuple[str, str, str, str]]:
    """(from, price, percent, visible) of each step of an entry."""
    if isinstance(entry, bool):
        yield "", "", "", "yes" if entry else "no"
        return
    base, *breaks = entry if isinstance(entry, list) else [entry]
    for start, value in [("", base), *breaks]:
        if value is not None:
            percent = value.endswith("%")
            yield start, "" if percent else value, value.removesuffix("%") if percent else "", ""


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
