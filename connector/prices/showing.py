"""Price lists in words: the overview with everything that is wrong, and why a price is what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connector.errors import RoadbookError
from connector.prices.assignments import Assignments, price_list_of
from connector.prices.rules import EVERYTHING, OWN, Found, PriceList
from connector.prices.store import Stored
from connector.products import Products

Document = Mapping[str, Any]


def overview(
    lists: Iterable[Stored],
    left_over: Iterable[str],
    assignments: Assignments,
    products: Products,
    customers: Iterable[Document],
) -> Iterator[str]:
    """A line for each list and for each thing that is wrong."""
    known = list(customers)
    users: Counter[str | None] = Counter(price_list_of(each, assignments) for each in known)
    there, warnings = set(), []
    for stored in lists:
        prices = stored.prices
        there.add(prices.list)
        seen = "" if prices.visible == "all" else ", shows listed products only"
        default = ", the default" if assignments.default == prices.list else ""
        currency = f" in {prices.currency}" if prices.currency else ""
        yield (
            f"{prices.list} “{prices.name}”: {len(prices.prices)} products{currency}, {len(prices.rules)} rules, "
            f"{users[prices.list]} customers{default}{seen}"
        )
        warnings += [f"{prices.list}: {text}" for text in faults_of(stored, products)]
    yield f"{len(there)} lists; {users[None]} customers pay the products' own prices."
    warnings += [f"{name}: is half gone; `roadbook prices remove {name}`, or import it again" for name in left_over]
    warnings += [
        f"{name}: is assigned to {users[name]} customers and does not exist; they pay the products' own prices"
        for name in sorted(assignments.lists() - there)
    ]
    ids = {each["_id"] for each in known}
    gone = sorted(key for key in assignments.customers if key not in ids)
    if gone:
        warnings.append(f"assignments name {len(gone)} customers that there are not (any more): {some(gone)}")
    yield from (f"! {text}" for text in warnings)


def faults_of(stored: Stored, products: Products) -> Iterator[str]:
    """What is wrong with a list."""
    if stored.broken:
        yield "is not whole, an import was disturbed; import it again"
    unknown = [key for key in stored.prices.prices if products.get(key) is None]
    inactive = [key for key in stored.prices.prices if (products.get(key) or {}).get("active") is False]
    if unknown:
        yield f"names {len(unknown)} products that there are not (any more): {some(unknown)}"
    if inactive:
        yield f"names {len(inactive)} inactive products: {some(inactive)}"
    empty = sorted(stored.prices.rules.keys() - products.categories() - {EVERYTHING})
    if empty:
        yield f"has rules for {len(empty)} categories without products: {some(empty)}"


def some(names: list[str]) -> str:
    """The first few of many."""
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def customer_called(customers: Iterable[Document], text: str) -> Document:
    """The customer with that id or exact name; raises RoadbookError if there is none, or several."""
    found = [
        each for each in customers if text in (each["_id"], each["_id"].removeprefix("customer:"), each.get("name"))
    ]
    if len(found) != 1:
        several = f"{text!r} means several customers: {', '.join(str(each['_id']) for each in found[:5])}"
        raise RoadbookError(several if found else f"no customer has the id or exact name {text!r}")
    return found[0]


def reason_of(found: Found, name: str | None, stored: Stored | None, usable: PriceList | None) -> str:
    """Why a price is what it is."""
    if name is None:
        return "the customer has no price list; this is the product's own price"
    if stored is None:
        return f"the customer's price list {name} does not exist; this is the product's own price"
    if usable is None:
        return f"the price list {name} is not in the customer's currency; this is the product's own price"
    if found.rule == OWN:
        return f"the price list {name} says nothing of this product; this is its own price"
    what = {"product": "this product", EVERYTHING: "all products"}.get(found.rule)
    what = what or f"the category {found.rule.removeprefix('category:')}"
    value = str(found.value)
    said = f"{value} off its own price" if value.endswith("%") else "a price"
    start = f" from {found.start:f} on" if found.start else ""
    return f"the price list {name} has {said} for {what}{start}"
