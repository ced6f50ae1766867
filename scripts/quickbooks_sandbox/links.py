"""Estimates that became invoices: the links between the two, and what they do to the estimate's status.

Reference: https://developer.intuit.com/app/developer/qbo/docs/workflows/manage-linked-transactions
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import settlements
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse

OPEN = ("Pending", "Accepted")

Entity = dict[str, Any]


def estimates_to_link(company: Company, customer: str, body: Entity) -> list[Entity]:
    """The open estimates that a new invoice is made from; closed and rejected ones are left out; raises Fault 620."""
    found: dict[str, Entity] = {}
    for link in body.get("LinkedTxn") or []:
        estimate = company.store.find("Estimate", str(link.get("TxnId")))
        if link.get("TxnType") != "Estimate" or estimate is None:
            continue
        if estimate["CustomerRef"]["value"] != customer:
            raise refuse("620", "TxnID Cannot Be Linked : Cannot validate linked transactions")
        if estimate["TxnStatus"] in OPEN:
            found[estimate["Id"]] = estimate
    return list(found.values())


def link(company: Company, invoice: Entity, estimates: list[Entity]) -> list[Entity]:
    """Close the estimates; returns the LinkedTxn of the invoice."""
    status = company.switches["invoiced_status"]
    for estimate in estimates:
        company.touch("Estimate", {**estimate, "TxnStatus": status, "LinkedTxn": [_linked(invoice, "Invoice")]})
    return [_linked(estimate, "Estimate") for estimate in estimates]


def unlink(company: Company, kind: str, form: Entity) -> None:
    """Take back the links of a form that is deleted or voided."""
    for each in form.get("LinkedTxn") or []:
        if each["TxnType"] in settlements.KIND_OF_LINK:
            settlements.release(company, each, kind, form["Id"])
            continue
        other = company.store.find(each["TxnType"], each["TxnId"])
        if other is None:
            continue
        links = [back for back in other["LinkedTxn"] if (back["TxnType"], back["TxnId"]) != (kind, form["Id"])]
        if each["TxnType"] == "Invoice":
            company.touch("Invoice", {**other, "LinkedTxn": links})
        else:
            status = company.switches["status_after_invoice_deleted"]
            freed = {name: value for name, value in other.items() if name != "LinkedTxn"}
            company.touch("Estimate", {**freed, "TxnStatus": status})


def _linked(form: Entity, kind: str) -> Entity:
    return {"TxnId": form["Id"], "TxnType": kind}
