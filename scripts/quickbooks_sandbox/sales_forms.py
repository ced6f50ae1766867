"""Estimates and invoices: creating, updating, deleting, linking.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/estimate
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import INACTIVE, refuse
from quickbooks_sandbox.sales_lines import read_lines, total_of

STATUSES = ("Accepted", "Closed", "Pending", "Rejected", "Converted")
LENGTHS = {"DocNumber": 21, "PrivateNote": 4000}
WRITABLE = frozenset(
    {
        "AcceptedBy",
        "AcceptedDate",
        "ApplyTaxAfterDiscount",
        "AutoDocNumber",
        "BillAddr",
        "BillEmail",
        "BillEmailBcc",
        "BillEmailCc",
        "ClassRef",
        "CurrencyRef",
        "CustomField",
        "CustomerMemo",
        "CustomerRef",
        "DepartmentRef",
        "Deposit",
        "DocNumber",
        "DueDate",
        "EmailStatus",
        "ExchangeRate",
        "ExpirationDate",
        "GlobalTaxCalculation",
        "Line",
        "LinkedTxn",
        "PrintStatus",
        "PrivateNote",
        "SalesTermRef",
        "ShipAddr",
        "ShipDate",
        "ShipFromAddr",
        "ShipMethodRef",
        "TrackingNum",
        "TxnDate",
        "TxnStatus",
        "TxnTaxDetail",
        "ProjectRef",
        "AllowOnlinePayment",
        "AllowOnlineACHPayment",
        "AllowOnlineCreditCardPayment",
        "AllowIPNPayment",
    }
)
READ_ONLY = frozenset(
    {
        "Id",
        "SyncToken",
        "MetaData",
        "sparse",
        "domain",
        "status",
        "TotalAmt",
        "Balance",
        "HomeBalance",
        "HomeTotalAmt",
        "DeliveryInfo",
        "FreeFormAddress",
        "InvoiceLink",
        "RecurDataRef",
        "TaxExemptionRef",
        "attachments",
    }
)

Entity = dict[str, Any]


def create(company: Company, kind: str, body: Entity) -> Entity:
    """Create an Estimate or an Invoice; raises a Fault."""
    _check_names(kind, body)
    customer = _customer(company, body)
    form: Entity = {
        "domain": "QBO",
        "sparse": False,
        "Id": company.next_id("Txn"),
        "SyncToken": "0",
        "MetaData": company.meta_data(),
        "CustomField": body.get("CustomField") or [],
    }
    form |= _number(company, kind, body)
    form["TxnDate"] = body.get("TxnDate") or company.clock.now().date().isoformat()
    form["CurrencyRef"] = {"value": "USD", "name": "United States Dollar"}
    return _finish(company, kind, form, body, customer, set())


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Full or sparse update of a stored form; raises a Fault."""
    _check_names(kind, body)
    company.check_sync_token(stored, body, kind)
    sparse = body.get("sparse") is True
    merged = {**stored, **body} if sparse else {"DocNumber": stored.get("DocNumber"), **body}
    if not sparse:
        merged = {name: value for name, value in merged.items() if value is not None}
        merged.setdefault("TxnDate", stored["TxnDate"])
    customer = _customer(company, merged)
    form: Entity = {
        name: stored[name] for name in ("domain", "sparse", "Id", "MetaData", "CurrencyRef") if name in stored
    }
    form["CustomField"] = merged.get("CustomField") or []
    form["SyncToken"] = str(int(stored["SyncToken"]) + 1)
    form["MetaData"] = {**stored["MetaData"], "LastUpdatedTime": company.clock.stamp()}
    for name in ("DocNumber", "TxnDate", "LinkedTxn"):
        if merged.get(name):
            form[name] = merged[name]
    known = {line["Id"] for line in stored["Line"] if "Id" in line}
    return _finish(company, kind, form, merged, customer, known)


def delete(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Delete a form for good."""
    company.check_sync_token(stored, body, kind)
    company.store.remove(kind, stored["Id"])
    return {"domain": "QBO", "status": "Deleted", "Id": stored["Id"]}


def _finish(company: Company, kind: str, form: Entity, body: Entity, customer: Entity, known: set[str]) -> Entity:
    if kind == "Estimate":
        form["TxnStatus"] = _status(body)
    for name in ("PrivateNote", "CustomerMemo", "ExpirationDate", "AcceptedBy", "AcceptedDate", "ShipAddr", "ShipDate"):
        if body.get(name):
            form[name] = body[name]
    last = max((int(line_id) for line_id in known if line_id.isdigit()), default=0)
    numbers = iter(range(last + 1, last + 10_000))
    form["Line"] = read_lines(
        body.get("Line"), lambda item: company.store.find("Item", item), lambda: str(next(numbers)), known
    )
    total = total_of(form["Line"])
    form["TxnTaxDetail"] = {"TotalTax": 0}
    form["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
    for name in ("BillAddr", "ShipAddr"):
        if body.get(name) or customer.get(name):
            form[name] = body.get(name) or customer[name]
    email = body.get("BillEmail") or customer.get("PrimaryEmailAddr")
    if email:
        form["BillEmail"] = email
    form |= {"TotalAmt": total, "ApplyTaxAfterDiscount": bool(body.get("ApplyTaxAfterDiscount"))}
    form |= {"PrintStatus": "NeedToPrint", "EmailStatus": body.get("EmailStatus") or "NotSet"}
    if kind == "Invoice":
        form["Balance"] = total
        form["DueDate"] = body.get("DueDate") or form["TxnDate"]
        form["LinkedTxn"] = _link(company, form, body)
    company.store.put(kind, form)
    return form


def _link(company: Company, invoice: Entity, body: Entity) -> list[Entity]:
    """Link the estimates an invoice is made from; open ones become closed, others are ignored."""
    links = []
    for link in body.get("LinkedTxn") or []:
        estimate = company.store.find("Estimate", str(link.get("TxnId")))
        if link.get("TxnType") != "Estimate" or estimate is None:
            continue
        if estimate["CustomerRef"]["value"] != invoice["CustomerRef"]["value"]:
            raise refuse("620", "TxnID Cannot Be Linked : Cannot validate linked transactions")
        if estimate["TxnStatus"] not in ("Pending", "Accepted"):
            continue
        company.touch("Estimate", {**estimate, "TxnStatus": "Closed", "LinkedTxn": [_linked(invoice, "Invoice")]})
        links.append(_linked(estimate, "Estimate"))
    return links


def _linked(form: Entity, kind: str) -> Entity:
    return {"TxnId": form["Id"], "TxnType": kind}


def _status(body: Entity) -> str:
    status = str(body.get("TxnStatus") or "Pending")
    if status not in STATUSES:
        raise refuse("2170", f"Invalid Enumeration : {status}", "TxnStatus")
    return status


def _customer(company: Company, body: Entity) -> Entity:
    reference = str((body.get("CustomerRef") or {}).get("value") or "")
    if not reference:
        raise refuse("2020", "Required parameter CustomerRef is missing in the request", "CustomerRef")
    if not reference.isdigit():
        raise refuse("2030", f"Id should be a valid number. Supplied value:{reference}", "Id")
    customer = company.store.find("Customer", reference)
    if customer is None or not customer.get("Active", True):
        raise refuse("2500", f"Invalid Reference Id : {INACTIVE}", "CustomerRef")
    return customer


def _number(company: Company, kind: str, body: Entity) -> Entity:
    """The DocNumber: the company's next one, the sender's own, or none where the company wants its own numbers."""
    given = body.get("DocNumber") or ""
    if given and company.switches["custom_transaction_numbers"] and company.switches["warn_duplicate_numbers"]:
        for other in ("Estimate", "Invoice"):
            for form in company.store.all(other):
                if form.get("DocNumber") == given:
                    assigned = f"DocNumber={given} is assigned to TxnType={other} with TxnId={form['Id']}"
                    raise refuse(
                        "6140", f"Duplicate Document Number Error : You must specify a different number. {assigned}"
                    )
    if given:
        return {"DocNumber": given}
    if company.switches["custom_transaction_numbers"]:
        return {}
    return {"DocNumber": str(company.store.next_number(f"DocNumber/{kind}", 1001))}


def _check_names(kind: str, body: Entity) -> None:
    for name in body:
        if name not in WRITABLE | READ_ONLY:
            known = f'Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{kind}), not marked as ignorable'
            raise refuse("2010", f"Property Name:{known} specified is unsupported or invalid", name)
    for name, most in LENGTHS.items():
        text = body.get(name)
        if isinstance(text, str) and len(text) > most:
            lengths = f"Min:0 Max:{most} supported. Supplied length:{len(text)}"
            raise refuse("2050", f"String length specified does not match the supported length. {lengths}", name)
