"""What payments settle: invoices and bills owe less, credits are used up, and all of it can be undone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.money import cents, printed
from quickbooks_sandbox.number_fields import read_number
from quickbooks_sandbox.property_names import check_properties

# Kind of payment -> what it pays, which credit it uses, and whose both are.
PAID = {"Payment": ("Invoice", "CreditMemo", "CustomerRef"), "BillPayment": ("Bill", "VendorCredit", "VendorRef")}
# How a payment is called in the links of what it pays.
LINK_TYPES = {"Payment": "Payment", "BillPayment": "BillPaymentCheck"}
KIND_OF_LINK = {name: kind for kind, name in LINK_TYPES.items()}
NOTHING = Decimal(0)

Entity = dict[str, Any]


def read(company: Company, kind: str, partner: str, lines: list[Entity], before: list[Entity]) -> list[Entity]:
    """The lines of a payment as they are stored; raises the fault of what cannot be paid like that."""
    paid, credit, owner = PAID[kind]
    freed: dict[tuple[str, str], Decimal] = {}
    for line in before:
        for link in line["LinkedTxn"]:
            key = (link["TxnType"], link["TxnId"])
            freed[key] = freed.get(key, NOTHING) + line["Amount"]
    stored = []
    for line in lines:
        check_properties("Line", line)
        amount = cents(read_number(line, "Amount"))
        links = line.get("LinkedTxn") or []
        for link in links:
            target = company.store.find(str(link.get("TxnType")), str(link.get("TxnId")))
            if link.get("TxnType") not in (paid, credit) or target is None:
                raise refuse("610", f"Object Not Found : {link.get('TxnType')} {link.get('TxnId')}", "LinkedTxn")
            if target[owner]["value"] != partner:
                raise refuse("620", "TxnID Cannot Be Linked : Cannot validate linked transactions")
            key = (link["TxnType"], target["Id"])
            left = target["Balance"] + freed.get(key, NOTHING)
            if amount > left:
                raise refuse("6000", f"Business Validation Error: {key[0]} {key[1]} has only {left} open", "Line")
            freed[key] = freed.get(key, NOTHING) - amount
        linked = [{"TxnId": str(link["TxnId"]), "TxnType": link["TxnType"]} for link in links]
        stored.append({"Amount": printed(amount), "LinkedTxn": linked})
    return stored


def used(kind: str, lines: list[Entity]) -> Decimal:
    """How much of a payment its lines use up; credits give some back."""
    _, credit, _ = PAID[kind]
    signs = [(-1 if link["TxnType"] == credit else 1, line) for line in lines for link in line["LinkedTxn"]]
    return sum((sign * line["Amount"] for sign, line in signs), NOTHING)


def apply(company: Company, kind: str, payment: Entity) -> None:
    """Let everything that a payment pays owe less."""
    _change(company, kind, payment, -1)


def undo(company: Company, kind: str, payment: Entity) -> None:
    """Let everything that a payment paid owe it again."""
    _change(company, kind, payment, 1)


def release(company: Company, link: Entity, kind: str, entity_id: str) -> None:
    """A payment no longer pays a form that is voided or deleted: the money is unapplied."""
    payment_kind = KIND_OF_LINK[link["TxnType"]]
    payment = company.store.find(payment_kind, link["TxnId"])
    if payment is None:
        return
    kept = [line for line in payment["Line"] if {"TxnId": entity_id, "TxnType": kind} not in line["LinkedTxn"]]
    changed = {**payment, "Line": kept}
    if payment_kind == "Payment":
        changed["UnappliedAmt"] = printed(payment["TotalAmt"] - used(payment_kind, kept))
    company.touch(payment_kind, changed)


def paid_on(company: Company, kind: str, form: Entity) -> Decimal:
    """How much payments have paid of a form, or used of a credit."""
    total = NOTHING
    for link in form.get("LinkedTxn") or []:
        payment = company.store.find(KIND_OF_LINK.get(link["TxnType"], ""), link["TxnId"])
        for line in payment["Line"] if payment else ():
            if {"TxnId": form["Id"], "TxnType": kind} in line["LinkedTxn"]:
                total += line["Amount"]
    return total


def give_back(company: Company, kind: str, form: Entity, excess: Decimal) -> None:
    """Payments pay so much less of a form, the last one first: what was too much is unapplied."""
    target = {"TxnId": form["Id"], "TxnType": kind}
    for link in reversed(form.get("LinkedTxn") or []):
        payment = company.store.find(KIND_OF_LINK.get(link["TxnType"], ""), link["TxnId"])
        if payment is None or excess <= 0:
            continue
        lines = []
        for line in payment["Line"]:
            less = min(line["Amount"], excess) if target in line["LinkedTxn"] else NOTHING
            excess -= less
            lines.append({**line, "Amount": printed(line["Amount"] - less)})
        changed = {**payment, "Line": lines}
        if link["TxnType"] == "Payment":
            changed["UnappliedAmt"] = printed(payment["TotalAmt"] - used("Payment", lines))
        company.touch(KIND_OF_LINK[link["TxnType"]], changed)


def _change(company: Company, kind: str, payment: Entity, sign: int) -> None:
    own = {"TxnId": payment["Id"], "TxnType": LINK_TYPES[kind]}
    for line in payment["Line"]:
        for link in line["LinkedTxn"]:
            form = company.store.find(link["TxnType"], link["TxnId"])
            if form is None:
                continue
            balance = printed(form["Balance"] + sign * line["Amount"])
            links = [each for each in form.get("LinkedTxn") or [] if each != own]
            changed = {**form, "Balance": balance, "LinkedTxn": [*links, own] if sign < 0 else links}
            if "RemainingCredit" in form:
                changed["RemainingCredit"] = balance
            company.touch(link["TxnType"], changed)
