"""Which properties a query may name, and how an entity spells them."""

from __future__ import annotations

from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.form_numbers import FORMS as SALES_FORMS
from quickbooks_sandbox.property_names import SPELLING
from quickbooks_sandbox.property_words import words

# Forms can be asked for by few of their properties, everything else by all that are plain values.
FORMS = frozenset({"Id", "CustomerRef", "ProjectRef", "TxnDate", "DueDate", "DocNumber", "MetaData"})
ONLY = {"Estimate": FORMS} | dict.fromkeys(SALES_FORMS[1:], FORMS | {"TotalAmt", "Balance"})
NEVER = words(
    """Line LinkedTxn CustomField BillAddr ShipAddr OtherAddr PrimaryAddr ParentRef TxnTaxDetail CustomerMemo
    SalesTaxRateList PurchaseTaxRateList NameValue AccountingInfoPrefs ProductAndServicesPrefs SalesFormsPrefs
    EmailMessagesPrefs VendorAndPurchasesPrefs TimeTrackingPrefs TaxPrefs CurrencyPrefs ReportPrefs OtherPrefs"""
)
WHOLE = NEVER - {"Line", "LinkedTxn", "CustomField"} | {"MetaData"}
META_DATA = {"createtime": "CreateTime", "lastupdatedtime": "LastUpdatedTime"}
ID_OPERATORS = ("=", "IN")


def path_to_ask(kind: str, name: str, operator: str = "=") -> tuple[str, ...]:
    """The keys that lead to a property of a condition or an order; raises Fault 4001."""
    path = _path(kind, name)
    if path[0] in NEVER or path[0] not in ONLY.get(kind, {path[0]}):
        raise refuse("4001", f"QueryValidationError: property '{name}' is not queryable")
    if path == ("Id",) and operator not in ID_OPERATORS:
        raise refuse("4001", f"QueryValidationError: operator {operator} is not supported for property Id")
    return path


def column(kind: str, name: str) -> str:
    """A property of a projection; raises Fault 4001 for one that is unknown or no plain value."""
    found = _path(kind, name)[0]
    if found in WHOLE:
        raise refuse("4001", f"QueryValidationError: property '{name}' can not be selected alone")
    return found


def _path(kind: str, name: str) -> tuple[str, ...]:
    first, _, rest = name.lower().partition(".")
    proper = SPELLING[kind].get(first)
    if proper is None or (proper == "MetaData" and rest and rest not in META_DATA):
        raise refuse("4001", f"QueryValidationError: Property {name} not found for Entity {kind}")
    if not rest:
        return (proper,)
    return (proper, META_DATA[rest] if proper == "MetaData" else "".join(rest[:1].upper() + rest[1:]))
