"""Accounts of the company's books; nothing is posted to them.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/account
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import currencies
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import bad_enumeration, missing, too_long

CLASSIFICATIONS = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}
LONGEST_NUMBER = 20  # characters

Entity = dict[str, Any]


def check(body: Entity) -> None:
    """Raise the fault of a number that is too long."""
    number = str(body.get("AcctNum") or "")
    if len(number) > LONGEST_NUMBER:
        raise too_long("AcctNum", number, LONGEST_NUMBER)


def new(company: Company, body: Entity) -> Entity:
    """What a new account is besides what its body says; raises a Fault."""
    kind = body.get("AccountType")
    if not kind and not body.get("AccountSubType"):
        raise missing("AccountType")
    if kind and kind not in CLASSIFICATIONS:
        raise bad_enumeration("AccountType", kind)
    kind = kind or "Expense"
    return {
        "SubAccount": bool((body.get("ParentRef") or {}).get("value")),
        "Classification": CLASSIFICATIONS[kind],
        "AccountType": kind,
        "CurrentBalance": 0,
        "CurrentBalanceWithSubAccounts": 0,
        "CurrencyRef": currencies.of_name(company, body),
    }
