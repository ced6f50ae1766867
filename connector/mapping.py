"""Orders as QuickBooks bodies: pure, exact, nothing that QuickBooks would recompute differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.identifiers import order_number
from connector.policy import Policy
from connector.records import CustomerRequest, Order, Place
from connector.sales_lines import Body
from connector.sales_lines import lines_of as lines_of

MEMO_LENGTH = 1000
NOTE_LENGTH = 4000


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
    policy: Policy,
    mark: str = "",
) -> Body:
    """The body that creates the estimate; raises MappingError if a line can't be carried exactly.

    `mark` goes into the private note, for the amendment that the order took up before it was posted.
    The exchange rate is QuickBooks' own. A number is sent only to a company with custom transaction numbers, where
    QuickBooks assigns none; elsewhere one of ours would be kept beside QuickBooks' series
    <https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/estimate>.
    """
    estimate: Body = {
        "CustomerRef": {"value": customer["quickbooks_id"]},
        "TxnDate": order.captured_on.isoformat(),
        "PrivateNote": private_note(order, ulid, mark),
    }
    status = policy.status(order.kind)
    if status is not None:
        estimate["TxnStatus"] = status
    estimate |= lines_of(order, customer, products, policy)
    if policy.multicurrency:
        estimate["CurrencyRef"] = {"value": order.currency}
    if order.note:
        estimate["CustomerMemo"] = {"value": order.note[:MEMO_LENGTH]}
    if order.ship_to is not None:
        estimate["ShipAddr"] = address_of(order.ship_to)
    if policy.own_numbers:
        estimate["DocNumber"] = order_number(ulid)
    return estimate


def private_note(order: Order, ulid: str, mark: str = "") -> str:
    """Our marker and mark, then what QuickBooks has no field for."""
    lines = [marker(order.kind, ulid, order.rep), *([mark] if mark else [])]
    if order.po_number:
        lines.append(f"PO number: {' '.join(order.po_number.split())}")
    if order.deliver_on:
        lines.append(f"Deliver on: {order.deliver_on.isoformat()}")
    if order.signature is not None:
        name = f" by {' '.join(order.signature.signed_by.split())}" if order.signature.signed_by else ""
        lines.append(f"Signed{name} on {order.signature.signed_at.date().isoformat()}")
    return "\n".join(lines)


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
