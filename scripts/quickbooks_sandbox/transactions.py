"""Transactions that are no sales forms: bills, purchases, deposits, transfers and others, by one rule each.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/bill
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from quickbooks_sandbox import currencies, form_numbers, references
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Errors, missing, refuse
from quickbooks_sandbox.form_checks import check_dates
from quickbooks_sandbox.money import cents, plain, printed
from quickbooks_sandbox.number_fields import read_number
from quickbooks_sandbox.property_names import READ_ONLY, check_properties, is_sparse
from quickbooks_sandbox.sales_lines import LineIds

NOTHING = Decimal(0)

Entity = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """What a kind needs. `total` is where its amount comes from: its lines, a property, or nowhere."""

    required: tuple[str, ...]
    total: str = "Line"
    numbered: bool = False
    owed: bool = False


RULES = {
    "Bill": Rule(("VendorRef", "Line"), owed=True),
    "VendorCredit": Rule(("VendorRef", "Line"), owed=True),
    "Purchase": Rule(("PaymentType", "AccountRef", "Line")),
    "PurchaseOrder": Rule(("VendorRef", "Line"), numbered=True),
    "Deposit": Rule(("DepositToAccountRef", "Line")),
    "JournalEntry": Rule(("Line",), numbered=True),
    "Transfer": Rule(("Amount", "FromAccountRef", "ToAccountRef"), total="Amount"),
    "CreditCardPaymentTxn": Rule(("Amount", "BankAccountRef", "CreditCardAccountRef"), total="Amount"),
    "TimeActivity": Rule(("NameOf",), total=""),
}
NUMBERS = ("CostRate", "HourlyRate", "Hours", "Minutes", "Seconds")


def create(company: Company, kind: str, body: Entity) -> Entity:
    """Create a transaction; raises a Fault, and then nothing has changed."""
    content = _content(company, kind, body, LineIds(set(), 0))
    entity = company.head(company.next_id("Txn"))
    if RULES[kind].numbered and "DocNumber" not in content:
        entity |= form_numbers.assign(company, kind, body)
    entity |= {"TxnDate": company.today(), **content}
    if RULES[kind].owed:
        entity |= {"Balance": entity["TotalAmt"], "LinkedTxn": []}
    return company.add(kind, entity)


def draft(company: Company, kind: str, body: Entity) -> Entity:
    """What a transaction would come to, without anything that stays; raises a Fault."""
    return {**company.head(""), **_content(company, kind, body, LineIds(set(), 0))}


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Full or sparse update; one that changes nothing keeps the SyncToken. Raises a Fault."""
    company.check_sync_token(stored, body, kind)
    merged = {**stored, **body} if is_sparse(body) else body
    known = {line["Id"] for line in stored.get("Line", []) if "Id" in line}
    ids = LineIds(known, int(company.store.value(f"LineId/{stored['Id']}", 0)))
    content = _content(company, kind, merged, ids)
    kept = ("domain", "sparse", "Id", "SyncToken", "MetaData", "DocNumber", "TxnDate", "LinkedTxn")
    entity = {name: stored[name] for name in kept if name in stored} | content
    if RULES[kind].owed:
        paid = stored["TotalAmt"] - stored["Balance"]
        entity["Balance"] = printed(max(entity["TotalAmt"] - paid, NOTHING))
    if entity == stored:
        return stored
    company.store.set_value(f"LineId/{stored['Id']}", ids.last)
    return company.touch(kind, entity)


def delete(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Delete a transaction for good; raises a Fault."""
    company.check_sync_token(stored, body, kind)
    if any(link["TxnType"] == "BillPaymentCheck" for link in stored.get("LinkedTxn") or []):
        raise refuse("6000", "Business Validation Error: a payment is linked to this transaction")
    company.remove(kind, stored["Id"])
    return {"domain": "QBO", "status": "Deleted", "Id": stored["Id"]}


def _content(company: Company, kind: str, body: Entity, ids: LineIds) -> Entity:
    """What a body comes to once nothing is wrong with it; raises a Fault with every error."""
    check_properties(kind, body)
    rule = RULES[kind]
    errors = Errors()
    for name in rule.required:
        value = body.get(name)
        if value in (None, "", []) or (isinstance(value, dict) and not value.get("value")):
            with errors.collected():
                raise missing(name)
    check_dates(body, errors)
    given = {name: value for name, value in body.items() if name not in READ_ONLY | {"LinkedTxn"}}
    content = references.resolved(company, given, errors)
    for name in NUMBERS:
        if content.get(name):
            with errors.collected():
                content[name] = plain(read_number(content, name))
    lines: list[Entity] = []
    if "Line" in content:
        with errors.collected():
            lines = _lines(kind, content["Line"], ids)
    with errors.collected():
        content["CurrencyRef"] = currencies.of_name(company, content)
    amount = NOTHING
    if rule.total == "Amount":
        with errors.collected():
            amount = cents(read_number(body, "Amount"))
    errors.check()
    if kind == "TimeActivity":
        del content["CurrencyRef"]
    if rule.total == "Amount":
        content["Amount"] = printed(amount)
    elif rule.total:
        content |= {"Line": lines, "TotalAmt": printed(_total(kind, lines))}
    if kind == "PurchaseOrder":
        content.setdefault("POStatus", "Open")
    return {name: value for name, value in content.items() if value not in (None, "", []) or name == "Line"}


def _lines(kind: str, lines: Any, ids: LineIds) -> list[Entity]:
    stored = []
    for number, line in enumerate(lines, start=1):
        check_properties("Line", line)
        if line.get("Amount") in (None, ""):
            raise missing("Amount")
        told = {name: value for name, value in line.items() if value not in (None, "", [], {})}
        amount = printed(cents(read_number(line, "Amount")))
        stored.append({**told, "Id": ids.take(line.get("Id")), "LineNum": number, "Amount": amount})
    if kind == "JournalEntry" and _sum(stored, "Debit") != _sum(stored, "Credit"):
        raise refuse("6000", "Business Validation Error: debits and credits are not the same", "Line")
    return stored


def _total(kind: str, lines: list[Entity]) -> Decimal:
    if kind == "JournalEntry":
        return _sum(lines, "Debit")
    return sum((line["Amount"] for line in lines), NOTHING)


def _sum(lines: list[Entity], posting: str) -> Decimal:
    fitting = (line for line in lines if (line.get("JournalEntryLineDetail") or {}).get("PostingType") == posting)
    return sum((line["Amount"] for line in fitting), NOTHING)
