"""The entities there are, by the names that paths and queries know them by."""

from __future__ import annotations

from quickbooks_sandbox.currency_lists import KINDS as CURRENCY_LISTS
from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.form_numbers import FORMS
from quickbooks_sandbox.name_lists import KINDS as NAME_LISTS
from quickbooks_sandbox.payments import KINDS as PAYMENTS
from quickbooks_sandbox.transactions import RULES

SINGLE = ("CompanyInfo", "Preferences")
TAX_LISTS = ("TaxAgency", "TaxRate")
OTHERS = ("Attachable", "RecurringTransaction")
ALL = (*FORMS, *PAYMENTS, *RULES, *NAME_LISTS, *TAX_LISTS, *CURRENCY_LISTS, *OTHERS, *SINGLE)
# The one entity whose path and JSON differ.
KINDS = {kind.lower(): kind for kind in ALL} | {"creditcardpayment": "CreditCardPaymentTxn"}


def kind_of(name: str) -> str:
    """The entity's proper name, whatever the case; raises the fault of an unknown path."""
    kind = KINDS.get(name.lower())
    if kind is None:
        raise refuse("500", f"Operation Could not find resource for relative : {name} is not supported.")
    return kind
