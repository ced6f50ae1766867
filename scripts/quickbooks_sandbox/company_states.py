"""States in which a company refuses: the subscription ended, the books closed, locked, maintained, access lost."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Error, Fault, refuse

# State, also the name of a fault -> code and detail.
REFUSALS = {
    "subscription_ended": ("6190", "Invalid Company Status : the subscription of this company has ended"),
    "books_closed": ("6210", "Account Period Closed : the books are closed for this date"),
    "company_locked": ("140", "The company is locked by its administrator"),
    "maintenance": ("150", "The company is under maintenance"),
    "access_lost": ("120", "Authorization Failure: -11014-You do not have access to this company"),
}
OF_EVERY_CALL = ("company_locked", "maintenance", "access_lost")
UNPOSTED = ("Estimate", "PurchaseOrder", "TimeActivity")


def refusal(company: Company, state: str) -> Fault:
    """The fault of a state."""
    code, detail = REFUSALS[state]
    if state == "access_lost":
        return Fault(Error(code, detail), status=401, kind="AuthenticationFault")
    if state in ("company_locked", "maintenance"):
        return Fault(Error(code, detail), status=company.switches["company_state_status"])
    return refuse(code, detail)


def check_call(company: Company) -> None:
    """Raise the fault of a state that refuses every call."""
    state = company.switches["company_state"]
    if state in OF_EVERY_CALL:
        raise refusal(company, state)


def check_write(company: Company, kind: str, *bodies: dict[str, Any]) -> None:
    """Raise the fault of a state that refuses to write; `bodies` are what is there and what is to be."""
    if company.switches["company_state"] == "subscription_ended":
        raise refusal(company, "subscription_ended")
    closed = company.switches["books_closed_until"]
    if closed == "never" or kind in UNPOSTED:
        return
    if any(body.get("TxnDate") and str(body["TxnDate"]) <= closed for body in bodies):
        raise refusal(company, "books_closed")
