"""What a sales form's own fields must look like: lengths, dates, enumerations, e-mail addresses."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from quickbooks_sandbox.faults import Errors, bad_enumeration, missing, refuse, too_long

STATUSES = ("Accepted", "Closed", "Pending", "Rejected", "Converted")
ENUMERATIONS = {
    "EmailStatus": ("NotSet", "NeedToSend", "EmailSent"),
    "PrintStatus": ("NotSet", "NeedToPrint", "PrintComplete"),
}
LENGTHS = {"DocNumber": 21, "PrivateNote": 4000}
LONGEST_MEMO = 1000  # characters
LONGEST_EMAIL = 100  # characters
DATES = ("TxnDate", "DueDate", "ExpirationDate", "AcceptedDate", "ShipDate")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def check_form(kind: str, body: dict[str, Any], errors: Errors) -> None:
    """Collect everything that is wrong with a form apart from its references and lines."""
    for name, most in LENGTHS.items():
        if len(body.get(name) or "") > most:
            with errors.collected():
                raise too_long(name, body[name], most)
    memo = str((body.get("CustomerMemo") or {}).get("value") or "")
    if len(memo) > LONGEST_MEMO:
        with errors.collected():
            raise too_long("CustomerMemo", memo, LONGEST_MEMO)
    check_dates(body, errors)
    enumerations = ENUMERATIONS | ({"TxnStatus": STATUSES} if kind == "Estimate" else {})
    for name, values in enumerations.items():
        if body.get(name) and body[name] not in values:
            with errors.collected():
                raise bad_enumeration(name, body[name])
    for name in ("BillEmail", "BillEmailCc", "BillEmailBcc"):
        if body.get(name):
            with errors.collected():
                check_email(name, body[name].get("Address"))
    if body.get("EmailStatus") == "NeedToSend" and not (body.get("BillEmail") or {}).get("Address"):
        with errors.collected():
            raise missing("BillEmail")


def check_dates(body: dict[str, Any], errors: Errors) -> None:
    """Collect a fault for each date that is none."""
    for name in DATES:
        if body.get(name):
            with errors.collected():
                _check_date(name, body[name])


def check_email(name: str, address: Any) -> None:
    """Raise Fault 2210 for what is no address (several may stand with commas between them), 2050 for a long one."""
    if not address:
        return
    if not all(EMAIL.match(part.strip()) for part in str(address).split(",")):
        raise refuse("2210", "Email Address does not conform to the syntax rules of RFC 822.", name)
    if len(address) > LONGEST_EMAIL:
        raise too_long(name, address, LONGEST_EMAIL)


def _check_date(name: str, value: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError as error:
        raise refuse("2010", f"Property Name:Can not construct instance of Date from {value}", name) from error
