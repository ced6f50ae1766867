"""The entities there are, by the names that paths and queries know them by."""

from __future__ import annotations

from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.name_lists import KINDS as NAME_LISTS

FORMS = ("Estimate", "Invoice")
SINGLE = ("CompanyInfo", "Preferences")
TAX_LISTS = ("TaxAgency", "TaxRate")
KINDS = {kind.lower(): kind for kind in (*FORMS, *NAME_LISTS, *TAX_LISTS, *SINGLE)}


def kind_of(name: str) -> str:
    """The entity's proper name, whatever the case; raises the fault of an unknown path."""
    kind = KINDS.get(name.lower())
    if kind is None:
        raise refuse("500", f"Operation Could not find resource for relative : {name} is not supported.")
    return kind
