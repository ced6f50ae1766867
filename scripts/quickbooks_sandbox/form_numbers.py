"""DocNumbers: the company's next one, the sender's own, or none where the company wants numbers of its own."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse

FORMS = ("Estimate", "Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt")
FIRST = 1001
AUTOMATIC = "AUTO_GENERATE"


def assign(company: Company, kind: str, body: dict[str, Any]) -> dict[str, str]:
    """{"DocNumber": ...} of a new form, empty for none."""
    given = body.get("DocNumber") or ""
    if given and given != AUTOMATIC:
        return {"DocNumber": given}
    wanted = given == AUTOMATIC or body.get("AutoDocNumber") is True
    if company.switches["custom_transaction_numbers"] and not wanted:
        return {}
    return {"DocNumber": str(company.store.next_number(f"DocNumber/{kind}", FIRST))}


def check_unique(company: Company, number: str, form_id: str, *, duplicates_allowed: bool) -> None:
    """Raise Fault 6140 for a number that another form has, in a company that warns of that."""
    warns = company.switches["custom_transaction_numbers"] and company.switches["warn_duplicate_numbers"]
    if not number or number == AUTOMATIC or not warns or duplicates_allowed:
        return
    for kind in FORMS:
        for form in company.store.keyed(kind, number):
            if form["Id"] != form_id:
                assigned = f"DocNumber={number} is assigned to TxnType={kind} with TxnId={form['Id']}"
                text = "Duplicate Document Number Error : You must specify a different number."
                raise refuse("6140", f"{text} {assigned}")
