"""What people do in QuickBooks itself, behind the app's back: the office, and customers on their own page."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.kinds import kind_of
from quickbooks_sandbox.operations import read, write

Entity = dict[str, Any]
DEEDS = ("changes", "delete", "void", "convert", "close", "reopen", "reject", "accept", "pay", "send")


def carry_out(company: Company, wish: dict[str, Any]) -> Entity:
    """{"entity", "id"} and one of DEEDS; returns the entity it leads to; raises a Fault or ValueError."""
    kind = kind_of(wish["entity"])
    stored = read(company, kind, str(wish["id"]))
    deeds = [deed for deed in DEEDS if wish.get(deed)]
    if len(deeds) != 1:
        raise ValueError(f"one of {', '.join(DEEDS)} is needed, not {', '.join(deeds) or 'none'}")
    key = {"Id": stored["Id"], "SyncToken": stored["SyncToken"]}
    deed = deeds[0]
    if deed in ("delete", "void"):
        return write(company, kind, key, deed)
    if deed == "send":
        return write(company, kind, {**key, "BillEmail": {"Address": str(wish["send"])}}, "send")
    if deed == "changes":
        return write(company, kind, {**key, "sparse": True, **wish["changes"]}, "update")
    if deed == "pay":
        return _pay(company, stored, wish["pay"])
    if kind != "Estimate":
        raise ValueError(f"{deed} is for estimates")
    if deed == "convert":
        return write(company, "Invoice", invoice_of(stored), "create")
    if stored.get("LinkedTxn"):
        raise refuse("6000", f"Business Validation Error: Estimate {stored['Id']} is invoiced", "TxnStatus")
    changes = _decision(company, deed, wish[deed])
    if deed != "accept" or company.switches["acceptance_is_told"]:
        return write(company, kind, {**key, "sparse": True, **changes}, "update")
    told = company.take_events()
    accepted = write(company, kind, {**key, "sparse": True, **changes}, "update")
    company.take_events()
    company.put_events_back(told)
    return accepted


def invoice_of(estimate: Entity) -> Entity:
    """The invoice that is made of an estimate as it stands, linked to it."""
    lines = [{**line, "Id": ""} for line in estimate["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    kept = ("CustomerRef", "BillEmail", "CustomerMemo", "TxnTaxDetail", "ApplyTaxAfterDiscount", "CurrencyRef")
    told = {name: estimate[name] for name in (*kept, "GlobalTaxCalculation", "ExchangeRate") if name in estimate}
    return {**told, "Line": lines, "LinkedTxn": [{"TxnId": estimate["Id"], "TxnType": "Estimate"}]}


def _decision(company: Company, deed: str, said: Any) -> Entity:
    """How an estimate's status changes; an acceptance says by whom."""
    if deed == "accept":
        by = said.get("by") if isinstance(said, dict) else None
        return {"TxnStatus": "Accepted", "AcceptedBy": by or "The customer", "AcceptedDate": company.today()}
    return {"TxnStatus": {"close": "Closed", "reopen": "Pending", "reject": "Rejected"}[deed]}


def _pay(company: Company, invoice: Entity, amount: Any) -> Entity:
    """A payment of an invoice: all that is open, or an amount."""
    paid = invoice["Balance"] if amount is True else amount
    line = {"Amount": paid, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    body: Entity = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": paid, "Line": [line]}
    if "CurrencyRef" in invoice:
        body["CurrencyRef"] = {"value": invoice["CurrencyRef"]["value"]}
    return write(company, "Payment", body, "create")
