"""Payments of customers and to vendors: what they pay becomes less by them, the rest stays unapplied.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quickbooks_sandbox import currencies, references, settlements
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Errors, missing, refuse
from quickbooks_sandbox.form_checks import check_dates
from quickbooks_sandbox.money import cents, printed
from quickbooks_sandbox.number_fields import read_number
from quickbooks_sandbox.property_names import READ_ONLY, check_properties, is_sparse

KINDS = ("Payment", "BillPayment")
PARTNERS = {"Payment": "CustomerRef", "BillPayment": "VendorRef"}
REQUIRED = {"Payment": ("CustomerRef", "TotalAmt"), "BillPayment": ("VendorRef", "TotalAmt", "PayType")}
RULED = READ_ONLY - {"TotalAmt"} | {"Line", "TotalAmt", "LinkedTxn", "CurrencyRef", "ExchangeRate"}

Entity = dict[str, Any]


@dataclass
class Content:
    """What a body comes to once nothing is wrong with it."""

    plain: Entity
    lines: list[Entity]
    total: Decimal
    unapplied: Decimal


def create(company: Company, kind: str, body: Entity) -> Entity:
    """Create a payment and settle what it pays; raises a Fault, and then nothing has changed."""
    content = _content(company, kind, body, [])
    payment = company.head(company.next_id("Txn")) | {"TxnDate": company.today()}
    payment = _complete(kind, payment, content)
    settlements.apply(company, kind, payment)
    return company.add(kind, payment)


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Full or sparse update; one that changes nothing keeps the SyncToken. Raises a Fault."""
    company.check_sync_token(stored, body, kind)
    merged = {**stored, **body} if is_sparse(body) else body
    content = _content(company, kind, merged, stored["Line"])
    kept = ("domain", "sparse", "Id", "SyncToken", "MetaData", "TxnDate")
    payment = _complete(kind, {name: stored[name] for name in kept}, content)
    if payment == stored:
        return stored
    if payment["Line"] != stored["Line"]:
        settlements.undo(company, kind, stored)
        settlements.apply(company, kind, payment)
    return company.touch(kind, payment)


def void(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Void a payment: what it paid is open again; raises a Fault."""
    company.check_sync_token(stored, body, kind)
    settlements.undo(company, kind, stored)
    nothing: Entity = {"TotalAmt": 0, "Line": [], "PrivateNote": "Voided"}
    if kind == "Payment":
        nothing["UnappliedAmt"] = 0
    return company.touch(kind, {**stored, **nothing}, "void")


def delete(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Delete a payment for good; raises a Fault."""
    company.check_sync_token(stored, body, kind)
    settlements.undo(company, kind, stored)
    company.remove(kind, stored["Id"])
    return {"domain": "QBO", "status": "Deleted", "Id": stored["Id"]}


def _content(company: Company, kind: str, body: Entity, before: list[Entity]) -> Content:
    """`before` are the lines that the payment had: what they paid may be paid anew."""
    check_properties(kind, body)
    errors = Errors()
    for name in REQUIRED[kind]:
        value = body.get(name)
        if value in (None, "") or (isinstance(value, dict) and not value.get("value")):
            with errors.collected():
                raise missing(name)
    check_dates(body, errors)
    given = {name: value for name, value in body.items() if name not in RULED}
    plain = references.resolved(company, given, errors)
    partner = plain.get(PARTNERS[kind], {}).get("value", "")
    total = Decimal(0)
    lines: list[Entity] = []
    with errors.collected():
        total = cents(read_number(body, "TotalAmt"))
    with errors.collected():
        lines = settlements.read(company, kind, partner, body.get("Line") or [], before)
    errors.check()
    owner = company.store.find(PARTNERS[kind].removesuffix("Ref"), partner) or {}
    currency, _ = currencies.of_form(company, body, owner)
    unapplied = total - settlements.used(kind, lines)
    if unapplied < 0:
        raise refuse("6000", "Business Validation Error: more is applied than was paid", "TotalAmt")
    return Content({**plain, "CurrencyRef": currency}, lines, total, unapplied)


def _complete(kind: str, payment: Entity, content: Content) -> Entity:
    told = {name: value for name, value in content.plain.items() if value not in (None, "", [], {})}
    payment = {**payment, **told, "TotalAmt": printed(content.total), "Line": content.lines}
    return payment | ({"UnappliedAmt": printed(content.unapplied)} if kind == "Payment" else {})
