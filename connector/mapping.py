"""Orders as QuickBooks bodies: pure, exact, nothing that QuickBooks would recompute differently."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.errors import MappingError
from connector.identifiers import order_number
from connector.money import line_amount, net_unit_price, places, plain, show, to_cents, total_of
from connector.records import Charge, CustomerRequest, Line, Order, Place

# QuickBooks shows and recomputes unit prices with at most five decimals.
UNIT_PRICE_PLACES = 5
MEMO_LENGTH = 1000
NOTE_LENGTH = 4000
DESCRIPTION_LENGTH = 4000

Body = dict[str, Any]


def marker(kind: str, ulid: str, rep: str) -> str:
    """The first line of the estimate's private note, by which an order is found again."""
    return f"Roadbook {kind} {ulid} {order_number(ulid)} of rep {rep}"


def customer_mark(ulid: str) -> str:
    """The notes of a customer that was made from a rep's request, by which it is found again."""
    return f"Roadbook request {ulid}"


def carries(estimate: Mapping[str, Any], ulid: str, rep: str) -> bool:
    """Whether an estimate was made from this order (as an order or as a quote)."""
    first = str(estimate.get("PrivateNote") or "").split("\n", 1)[0]
    return first in (marker("order", ulid, rep), marker("quote", ulid, rep))


def estimate_of(
    order: Order,
    ulid: str,
    customer: Mapping[str, Any],
    products: Mapping[str, Mapping[str, Any]],
    *,
    status: str | None,
    own_number: bool = False,
) -> Body:
    """The body that creates the estimate; raises MappingError if a line can't be carried exactly.

    Without a status it is an invoice's. `own_number` is for companies with custom transaction numbers, where QuickBooks
    assigns none.
    """
    estimate: Body = {
        "CustomerRef": {"value": customer["quickbooks_id"]},
        "TxnDate": order.captured_on.isoformat(),
        "PrivateNote": private_note(order, ulid),
        **lines_of(order, customer, products),
    }
    if status is not None:
        estimate["TxnStatus"] = status
    if order.note:
        estimate["CustomerMemo"] = {"value": order.note[:MEMO_LENGTH]}
    if order.ship_to is not None:
        estimate["ShipAddr"] = address_of(order.ship_to)
    if own_number:
        estimate["DocNumber"] = order_number(ulid)
    return estimate


def lines_of(
    order: Order, customer: Mapping[str, Any], products: Mapping[str, Mapping[str, Any]], policy: Any = None
) -> Body:
    """The part of a body that says what is sold; an amendment sends it alone. Raises MappingError as `estimate_of`."""
    lines: list[Body] = []
    discounts: list[Decimal] = []
    for line in order.lines:
        body, discount = sales_line(line, products[line.product])
        lines.append(body)
        discounts.append(discount)
    lines.extend(charge_line(charge, products[charge.product]) for charge in order.charges)
    if total_of(discounts):
        lines.append(discount_line(total_of(discounts)))
    return {"Line": lines}


def private_note(order: Order, ulid: str) -> str:
    """Our marker, then what QuickBooks has no field for."""
    lines = [marker(order.kind, ulid, order.rep)]
    if order.po_number:
        lines.append(f"PO number: {order.po_number}")
    if order.deliver_on:
        lines.append(f"Deliver on: {order.deliver_on.isoformat()}")
    return "\n".join(lines)


def sales_line(line: Line, product: Mapping[str, Any]) -> tuple[Body, Decimal]:
    """One line, and the discount that its unit price can't carry (usually 0).

    QuickBooks wants Amount = Qty x UnitPrice rounded half-up, and has no discount on a line of an estimate: the
    discounted unit price goes on the line where five decimals hold it exactly. Else the line goes at full price and the
    difference onto the estimate's one discount line, so that the total is right to the cent either way.
    """
    worth = line_amount(line.quantity, line.unit_price, line.discount)
    unit_price = net_unit_price(line.unit_price, line.discount)
    if places(unit_price) > UNIT_PRICE_PLACES:
        unit_price = plain(line.unit_price)
    amount = to_cents(line.quantity * unit_price)
    if amount < worth:
        raise MappingError(f"line “{line.name}” is worth {show(worth)}, more than quantity x unit price")
    description = line.name
    if line.discount:
        percent = plain(line.discount * 100)
        description = f"{line.name} ({plain(line.unit_price)} less {percent} %)"
    body: Body = {
        "DetailType": "SalesItemLineDetail",
        "Amount": amount,
        "Description": description[:DESCRIPTION_LENGTH],
        "SalesItemLineDetail": {
            "ItemRef": {"value": product["quickbooks_id"]},
            "Qty": plain(line.quantity),
            "UnitPrice": unit_price,
            "TaxCodeRef": {"value": product["tax_code"]},
        },
    }
    return body, amount - worth


def charge_line(charge: Charge, product: Mapping[str, Any]) -> Body:
    """Freight and the like: one of it at its price."""
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": charge.amount,
        "Description": charge.name,
        "SalesItemLineDetail": {
            "ItemRef": {"value": product["quickbooks_id"]},
            "Qty": Decimal(1),
            "UnitPrice": charge.amount,
            "TaxCodeRef": {"value": product["tax_code"]},
        },
    }


def discount_line(amount: Decimal) -> Body:
    """The one discount that an estimate may have, as an amount."""
    return {"DetailType": "DiscountLineDetail", "Amount": amount, "DiscountLineDetail": {"PercentBased": False}}


def address_of(place: Place) -> Body:
    """A postal address in QuickBooks' fields, empty ones left out."""
    lines = [part for part in (place.name, *place.street.split("\n")) if part]
    address: Body = {f"Line{number}": part for number, part in enumerate(lines[:5], start=1)}
    address |= {
        "City": place.city,
        "CountrySubDivisionCode": place.region,
        "PostalCode": place.postal_code,
        "Country": place.country,
    }
    return {name: value for name, value in address.items() if value}


def customer_of(request: CustomerRequest, ulid: str) -> Body:
    """The body that creates a customer from a rep's request."""
    body: Body = {"DisplayName": request.name, "CompanyName": request.name[:100], "Notes": customer_mark(ulid)}
    if request.email:
        body["PrimaryEmailAddr"] = {"Address": request.email}
    if request.phone:
        body["PrimaryPhone"] = {"FreeFormNumber": request.phone}
    if request.address is not None:
        body["BillAddr"] = address_of(request.address)
    return body
