"""Sending forms by e-mail: nothing leaves the machine, each mail goes on record instead.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/estimate
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import missing, refuse
from quickbooks_sandbox.form_checks import check_email

Entity = dict[str, Any]


def send(company: Company, kind: str, form: Entity, to: str | None) -> Entity:
    """Mail a form to `to`, or to its own BillEmail; returns the form as it is afterwards; raises a Fault."""
    address = to or (form.get("BillEmail") or {}).get("Address")
    if not address:
        raise missing("BillEmail")
    check_email("BillEmail", address)
    _check_quota(company)
    stamp = company.clock.stamp()
    mail = {"entity": kind, "id": form["Id"], "to": address, "at": stamp}
    company.store.set_value("mails", [*mails(company), mail])
    kept = form.get("BillEmail") or {}
    if company.switches["send_sets_bill_email"]:
        kept = {**kept, "Address": address}
    sent = {
        **form,
        **({"BillEmail": kept} if kept else {}),
        "EmailStatus": "EmailSent",
        "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": stamp},
    }
    if company.switches["send_changes_sync_token"]:
        return company.touch(kind, sent, "emailed")
    company.store.put(kind, sent)
    company.tell(kind, sent["Id"], "emailed")
    return sent


def with_link(invoice: Entity) -> Entity:
    """An invoice with the address where its customer would pay it, if it can be paid online and has an e-mail."""
    online = any(invoice.get(name) for name in ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"))
    if not online or not (invoice.get("BillEmail") or {}).get("Address"):
        return invoice
    digest = hashlib.sha256(f"{invoice['Id']} {invoice['MetaData']['CreateTime']}".encode()).hexdigest()
    return {**invoice, "InvoiceLink": f"https://connect.intuit.example/t/scs-v1-{digest}?locale=EN_US"}


def mails(company: Company) -> list[Entity]:
    """Every mail so far: entity, id, to, at."""
    found: list[Entity] = company.store.value("mails", [])
    return found


def _check_quota(company: Company) -> None:
    most = company.switches["mails_per_day"]
    since = company.clock.now() - timedelta(days=1)
    today = sum(1 for mail in mails(company) if datetime.fromisoformat(mail["at"]) > since)
    if most and today >= most:
        raise refuse("6000", f"Business Validation Error: {today} mails in a day are as many as this company may send")
