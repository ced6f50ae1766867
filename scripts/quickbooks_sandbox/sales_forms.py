"""Estimates, invoices and the other forms for customers: creating, updating, voiding, deleting.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/estimate
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import addresses, custom_fields, form_numbers, links, settlements
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.form_content import Content, checked, due
from quickbooks_sandbox.form_numbers import FORMS
from quickbooks_sandbox.money import amount_of, cents, plain, printed
from quickbooks_sandbox.property_names import PROPERTIES, READ_ONLY, is_sparse
from quickbooks_sandbox.property_words import words
from quickbooks_sandbox.sales_lines import LineIds, total_of

ONLINE = ("AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")
UNDEPOSITED = {"value": "4", "name": "Undeposited Funds"}
VOIDABLE = ("Invoice", "SalesReceipt")
# Written by rules of their own.
RULED = words(
    """AutoDocNumber BillAddr BillEmail ClassRef CurrencyRef CustomField CustomerRef DepartmentRef DepositToAccountRef
    DocNumber DueDate EmailStatus ExchangeRate GlobalTaxCalculation Line LinkedTxn PaymentMethodRef PrintStatus
    SalesTermRef ShipAddr TxnDate TxnStatus TxnTaxDetail"""
)
PLAIN = {kind: sorted(PROPERTIES[kind] - READ_ONLY - RULED) for kind in FORMS}

Entity = dict[str, Any]


def create(company: Company, kind: str, body: Entity, *, duplicates_allowed: bool = False) -> Entity:
    """Create a sales form; raises a Fault, and then nothing has changed."""
    ids = LineIds(set(), 0)
    form_id = company.next_id("Txn")
    content = checked(company, kind, body, ids, form_id, duplicates_allowed)
    estimates = links.estimates_to_link(company, content.customer["Id"], body) if kind == "Invoice" else []
    form: Entity = {"domain": "QBO", "sparse": False, "Id": form_id, "SyncToken": "0"}
    form["MetaData"] = company.meta_data()
    form["CustomField"] = custom_fields.of_form(company, body.get("CustomField"))
    form |= form_numbers.assign(company, kind, body)
    form["TxnDate"] = body.get("TxnDate") or company.today()
    for name in ("BillAddr", "ShipAddr"):
        if any((body.get(name) or {}).values()):
            form[name] = addresses.kept(company, body[name])
    if kind == "Estimate":
        form["TxnStatus"] = body.get("TxnStatus") or "Pending"
    elif kind in ("Invoice", "CreditMemo"):
        form["LinkedTxn"] = links.link(company, form, estimates)
    form = _complete(company, kind, form, body, content)
    return company.add(kind, form)


def draft(company: Company, kind: str, body: Entity) -> Entity:
    """What a form would come to, without a number, links or anything else that stays; raises a Fault."""
    content = checked(company, kind, body, LineIds(set(), 0), "", True)
    return _complete(company, kind, {**company.head(""), "TxnDate": company.today()}, body, content)


def update(company: Company, kind: str, stored: Entity, body: Entity, *, duplicates_allowed: bool = False) -> Entity:
    """Full or sparse update of a stored form; one that changes nothing keeps the SyncToken. Raises a Fault."""
    company.check_sync_token(stored, body, kind)
    sparse = is_sparse(body)
    merged = {**stored, **body} if sparse else body
    known = {line["Id"] for line in stored["Line"] if "Id" in line}
    ids = LineIds(known, int(company.store.value(f"LineId/{stored['Id']}", 0)))
    content = checked(company, kind, merged, ids, stored["Id"], duplicates_allowed)
    form: Entity = {name: stored[name] for name in ("domain", "sparse", "Id", "SyncToken", "MetaData")}
    form["CustomField"] = custom_fields.of_form(company, merged.get("CustomField"))
    number = merged.get("DocNumber") or stored.get("DocNumber")
    if number:
        form["DocNumber"] = number
    keeps_date = sparse or company.switches["full_update_transaction_date"] == "kept"
    form["TxnDate"] = merged.get("TxnDate") or (stored["TxnDate"] if keeps_date else company.today())
    for name in ("BillAddr", "ShipAddr"):
        if any((merged.get(name) or {}).values()):
            form[name] = addresses.changed(company, stored.get(name), merged[name])
    if kind == "Estimate":
        form["TxnStatus"] = stored["TxnStatus"] if stored.get("LinkedTxn") else merged.get("TxnStatus") or "Pending"
    for name in ("LinkedTxn", "DeliveryInfo"):
        if name in stored:
            form[name] = stored[name]
    if form.get("LinkedTxn") and content.customer["Id"] != stored["CustomerRef"]["value"]:
        raise refuse("620", "TxnID Cannot Be Linked : what is linked is another customer's")
    form = _complete(company, kind, form, merged, content)
    if form == stored:
        return stored
    if ids.last > max(int(line.get("Id", 0)) for line in content.lines):
        company.store.set_value(f"LineId/{form['Id']}", ids.last)
    return company.touch(kind, form)


def void(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Void an invoice or a sales receipt: everything it is worth becomes nothing; raises a Fault."""
    if kind not in VOIDABLE:
        raise refuse("500", f"Operation void on {kind} is not supported.")
    company.check_sync_token(stored, body, kind)
    links.unlink(company, kind, stored)
    nothing: Entity = {"Line": [_worthless(line) for line in stored["Line"]], "TxnTaxDetail": {"TotalTax": 0}}
    nothing |= {"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided", "LinkedTxn": []}
    if "HomeTotalAmt" in stored:
        nothing["HomeTotalAmt"] = 0
    return company.touch(kind, {**stored, **nothing}, "void")


def delete(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Delete a form for good; raises a Fault."""
    company.check_sync_token(stored, body, kind)
    links.unlink(company, kind, stored)
    company.remove(kind, stored["Id"])
    return {"domain": "QBO", "status": "Deleted", "Id": stored["Id"]}


def _worthless(line: Entity) -> Entity:
    """A line of a voided form, and what is inside a bundle."""
    detail = dict(line.get(line["DetailType"]) or {})
    detail |= {name: 0 for name in ("UnitPrice", "Qty", "TaxInclusiveAmt") if name in detail}
    if "Line" in detail:
        detail["Line"] = [_worthless(each) for each in detail["Line"]]
    return {**line, "Amount": 0, line["DetailType"]: detail}


def _complete(company: Company, kind: str, form: Entity, body: Entity, content: Content) -> Entity:
    """Everything about a form that follows from its body and its content."""
    customer = content.customer
    total = total_of(content.lines) + content.tax.total
    form["CurrencyRef"] = content.currency
    form |= {name: body[name] for name in PLAIN[kind] if body.get(name) not in (None, "", [])}
    form |= content.references
    form["Line"] = content.lines
    form["TxnTaxDetail"] = content.tax.detail
    if content.calculation:
        form["GlobalTaxCalculation"] = content.calculation
    if customer:
        form["CustomerRef"] = {"value": customer["Id"], "name": customer["FullyQualifiedName"]}
    for name in ("BillAddr", "ShipAddr"):
        if name not in form and customer.get(name):
            form[name] = customer[name]
    if body.get("BillEmail"):
        form["BillEmail"] = body["BillEmail"]
    form |= {"TotalAmt": printed(total), "ApplyTaxAfterDiscount": body.get("ApplyTaxAfterDiscount") in (True, "true")}
    if content.many_currencies:
        form |= {"ExchangeRate": plain(content.rate), "HomeTotalAmt": printed(cents(total * content.rate))}
    form["PrintStatus"] = body.get("PrintStatus") or "NeedToPrint"
    form["EmailStatus"] = body.get("EmailStatus") or "NotSet"
    if kind == "Invoice":
        form |= {name: body.get(name) in (True, "true") for name in ONLINE}
    elif kind == "SalesReceipt":
        form.setdefault("DepositToAccountRef", UNDEPOSITED)
    paid = settlements.paid_on(company, kind, form)
    if kind == "Invoice":
        owed = total - amount_of(body.get("Deposit"))
        if paid and paid > owed:
            settlements.give_back(company, kind, form, paid - owed)
            paid = owed
        form["Balance"] = printed(owed - paid)
        form["DueDate"] = body.get("DueDate") or due(company, form)
    elif body.get("DueDate"):
        form["DueDate"] = body["DueDate"]
    if kind == "CreditMemo":
        if paid > total:
            raise refuse("6000", f"Business Validation Error: {paid} of this credit is used", "Line")
        form |= {"Balance": printed(total - paid), "RemainingCredit": printed(total - paid)}
    elif kind != "Estimate":
        form.setdefault("Balance", 0)
    return form
