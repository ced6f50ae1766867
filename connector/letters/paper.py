"""What stands on an order's paper: the ledger row and the documents it names, made ready for a template. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.contents import readable
from connector.errors import MappingError, RoadbookError
from connector.estimates import called
from connector.figures import USUAL, Figures
from connector.identifiers import order_number
from connector.ledger import Row
from connector.letters.occasions import is_withdrawn
from connector.money import decimal_of, total_of
from connector.records import Order, Unreadable

RIGHT_TO_LEFT = frozenset({"R", "AL"})
KINDS = {"order": "Order", "quote": "Quote"}

Document = Mapping[str, Any]


class NoPaper(RoadbookError):
    """There is nothing to print: the row is no order, or its document cannot be read."""


@dataclass(frozen=True)
class Around:
    """What an order's paper needs beside the ledger row."""

    company: str = ""
    rep: str = ""
    customer: Document = field(default_factory=dict)
    products: Mapping[str, Document] = field(default_factory=dict)


@dataclass(frozen=True)
class PaperLine:
    """One line of the table."""

    place: int
    name: str
    sku: str
    quantity: str
    unit_price: str
    discount: str
    amount: str


@dataclass(frozen=True)
class Sum:
    """One line below the table."""

    name: str
    amount: str


@dataclass(frozen=True)
class Signature:
    """What the customer signed on the device, as an SVG path."""

    path: str
    width: int
    height: int
    name: str
    day: str


@dataclass(frozen=True)
class Paper:
    """An order as it is printed; every text is ready, and none of it is markup."""

    kind: str
    number: str
    stamp: str
    remark: str
    company: str
    letterhead: tuple[str, ...]
    customer: tuple[str, ...]
    ship_to: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    lines: tuple[PaperLine, ...]
    discounted: bool
    sums: tuple[Sum, ...]
    total: Sum
    note: str
    signature: Signature | None
    values: Mapping[str, str]


def order_in(row: Row) -> Order:
    """The order of a row as its amendments left it; raises NoPaper."""
    try:
        record = readable(row)
    except (Unreadable, MappingError, ValueError) as error:
        raise NoPaper(f"{row.of} cannot be printed: {error}") from error
    if not isinstance(record, Order):
        raise NoPaper(f"{row.of} is no order, so there is nothing to print")
    return record


def paper_of(row: Row, around: Around, figures: Figures = USUAL, letterhead: str = "") -> Paper:
    """The paper of an order or quote as it stands now; raises NoPaper."""
    order = order_in(row)
    estimate = row.estimate or {}
    number = order_number(row.ulid)
    kind = KINDS[order.kind]
    facts = [("Date", figures.day(order.captured_on)), (f"{kind} number", number)]
    if estimate:
        facts.append(("Our reference", called(estimate)))
    facts += [("Your order number", order.po_number)] if order.po_number else []
    facts += [("Deliver on", figures.day(order.deliver_on))] if order.deliver_on else []
    facts += [("Taken by", around.rep)] if around.rep else []
    sums, total = _sums(order, row, figures)
    return Paper(
        kind=kind,
        number=number,
        stamp=_stamp(row),
        remark=_remark(row),
        company=around.company,
        letterhead=tuple(line.strip() for line in letterhead.splitlines() if line.strip()),
        customer=(order.customer.name, *_place(around.customer.get("address"), order.customer.name)),
        ship_to=_place(order.ship_to.model_dump() if order.ship_to else None),
        facts=tuple(facts),
        lines=_lines(order, around.products, figures),
        discounted=any(line.discount for line in order.lines),
        sums=sums,
        total=total,
        note=order.note,
        signature=_signature(order, figures),
        values=_values(order, row, around, figures),
    )


def _lines(order: Order, products: Mapping[str, Document], figures: Figures) -> tuple[PaperLine, ...]:
    return tuple(
        PaperLine(
            place,
            line.name,
            str(products.get(line.product, {}).get("sku") or ""),
            figures.quantity(line.quantity),
            figures.price(line.unit_price),
            figures.percent(line.discount) if line.discount else "",
            figures.money(line.amount),
        )
        for place, line in enumerate(order.lines, 1)
    )


def _sums(order: Order, row: Row, figures: Figures) -> tuple[tuple[Sum, ...], Sum]:
    """Everything between the lines and the total, and the total.

    QuickBooks' tax is told where its total is the order's own with that tax; what the office has changed there is not
    what this paper shows.
    """
    currency = order.currency
    sums = [Sum(charge.name, figures.money(charge.amount)) for charge in order.charges]
    if order.discount is not None and order.discount.amount:
        share = f" {figures.percent(order.discount.share)}" if order.discount.share is not None else ""
        sums.append(Sum(f"Discount{share}", figures.money(-order.discount.amount)))
    if sums:
        sums.insert(0, Sum("Products", figures.money(total_of(line.amount for line in order.lines))))
    tax, whole = _reckoned(row)
    if whole is None or tax is None or whole != order.total + tax:
        inclusive = whole is not None and whole == order.total and bool(tax)
        return tuple(sums), Sum(
            f"Total {'with' if inclusive else 'before'} tax, {currency}", figures.money(order.total)
        )
    sums.append(Sum("Total before tax", figures.money(order.total)))
    sums.append(Sum("Tax", figures.money(tax)))
    return tuple(sums), Sum(f"Total, {currency}", figures.money(whole))


def _reckoned(row: Row) -> tuple[Decimal | None, Decimal | None]:
    """QuickBooks' tax and total, where they are on record and readable."""
    estimate = row.estimate or {}
    try:
        return decimal_of(str(estimate["tax"])), decimal_of(str(estimate["total"]))
    except (KeyError, ValueError):
        return None, None


def _stamp(row: Row) -> str:
    if row.state == "cancelled":
        return "Cancelled"
    if row.posted_at is None:
        return "Not confirmed yet"
    return "Changed" if row.amendment else ""


def _remark(row: Row) -> str:
    if is_withdrawn(row):
        return "This order was withdrawn. Nothing will be delivered or charged for it."
    if row.state == "cancelled":
        return "This order does not stand any more."
    if row.posted_at is None:
        return "It has been received and waits to be confirmed."
    return f"This is the order as changed last; it replaces every earlier copy (change {row.amendment})." * bool(
        row.amendment
    )


def _place(place: Any, name: str = "") -> tuple[str, ...]:
    """A postal address, line by line; the name only where it is another."""
    if not isinstance(place, Mapping):
        return ()
    part = {key: str(place.get(key) or "").strip() for key in ("name", "street", "city", "region", "postal_code")}
    town = " ".join(each for each in (part["postal_code"], part["city"], part["region"]) if each)
    street = [line.strip() for line in part["street"].splitlines() if line.strip()]
    first = [part["name"]] if part["name"] and part["name"] != name else []
    return tuple(line for line in (*first, *street, town, str(place.get("country") or "").strip()) if line)


def _signature(order: Order, figures: Figures) -> Signature | None:
    """What was signed for the order as it is now; a change that nobody signed leaves none."""
    signed = order.signature
    if signed is None:
        return None
    return Signature(signed.path, signed.width, signed.height, signed.signed_by, figures.day(signed.signed_at.date()))


def _values(order: Order, row: Row, around: Around, figures: Figures) -> dict[str, str]:
    """What the placeholders of a subject and a body stand for."""
    return {
        "company": around.company,
        "currency": order.currency,
        "customer": order.customer.name,
        "date": figures.day(order.captured_on),
        "deliver_on": figures.day(order.deliver_on) if order.deliver_on else "",
        "estimate": called(row.estimate) if row.estimate else "",
        "kind": KINDS[order.kind],
        "number": order_number(row.ulid),
        "po_number": order.po_number,
        "rep": around.rep,
        "total": f"{figures.money(order.total)} {order.currency}",
    }


def direction(text: str) -> str:
    """`rtl` where the first letter of a text that has a direction is written from right to left, else `ltr`."""
    for mark in text:
        kind = unicodedata.bidirectional(mark)
        if kind in RIGHT_TO_LEFT:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
