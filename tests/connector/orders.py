"""Any sound order, for tests of what holds for all of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as some

from connector.money import line_amount, plain, share_of, show, total_of
from connector.records import Order
from tests.connector.samples import order


def decimals(most: int, places: int, least: int = 0) -> some.SearchStrategy[Decimal]:
    """Decimals from least / 10^places to most."""
    return some.integers(least, most * 10**places).map(lambda value: Decimal(value).scaleb(-places))


@some.composite
def lines(draw: some.DrawFn, most_quantity: int) -> dict[str, Any]:
    """A line whose amount is right."""
    quantity = draw(decimals(most_quantity, 5, least=1) | some.integers(1, min(500, most_quantity)).map(Decimal))
    unit_price = draw(decimals(99_999, 5) | decimals(500, 2))
    discount = draw(some.just(Decimal(0)) | decimals(1, 2) | decimals(1, 4))
    return {
        "product": f"product:{draw(some.integers(1, 9999))}",
        "name": "Oak board",
        "quantity": f"{plain(quantity):f}",
        "unit_price": f"{plain(unit_price):f}",
        "discount": f"{plain(discount):f}",
        "amount": show(line_amount(quantity, unit_price, discount)),
    }


@some.composite
def orders(draw: some.DrawFn, most_quantity: int = 1_000_000) -> Order:
    """An order that passes the guard: right amounts, and perhaps charges and a discount of either kind."""
    found = draw(some.lists(lines(most_quantity), min_size=1, max_size=6))
    amounts = draw(some.lists(decimals(5000, 2), max_size=3))
    charges = [{"product": "product:90", "name": "Freight", "amount": show(amount)} for amount in amounts]
    worth = total_of(Decimal(line["amount"]) for line in found)
    total = total_of([worth, *amounts])
    share = draw(some.none() | decimals(1, 4))
    off = Decimal(draw(some.integers(0, int(total * 100)))).scaleb(-2) if share is None else share_of(worth, share)
    discount = {"amount": show(off)} | ({} if share is None else {"share": f"{plain(share):f}"})
    changes = {"discount": draw(some.sampled_from([discount, None])), "total": show(total)}
    if changes["discount"]:
        changes["total"] = show(total - off)
    return Order.model_validate(order(lines=found, charges=charges, **changes))
