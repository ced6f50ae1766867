"""Which properties are objects, lists or texts, at any depth of a request."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.faults import Fault, refuse
from quickbooks_sandbox.property_words import words

OBJECT_ENDINGS = ("Ref", "Addr", "Detail", "Prefs", "Email")
OBJECTS = words(
    """CustomerMemo BillEmailCc BillEmailBcc RecurringInfo ScheduleInfo SalesTaxRateList PurchaseTaxRateList
    CheckPayment CreditCardPayment MetaData PrimaryPhone AlternatePhone Mobile Fax WebAddr"""
)
LISTS = words(
    """Line LinkedTxn CustomField AttachableRef TaxLine TaxRateDetail TaxRateDetails ItemGroupLine NameValue
    BatchItemRequest"""
)
TEXTS = words(
    """DocNumber PrivateNote TxnStatus TxnDate ExpirationDate AcceptedDate AcceptedBy DueDate ShipDate PrintStatus
    EmailStatus DisplayName Title GivenName MiddleName FamilyName Suffix CompanyName PrintOnCheckName Name Sku
    Description Type InvStartDate Notes AccountType AccountSubType AcctNum PayType NameOf GlobalTaxCalculation"""
)


def check_shape(name: str, value: Any) -> None:
    """Raise Fault 2010 for a property that holds something of another shape, itself or further inside."""
    if value in (None, ""):
        return
    if name in LISTS:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise unreadable(name, value)
        for each in value:
            _check_inside(each)
    elif name in OBJECTS or name.endswith(OBJECT_ENDINGS):
        if not isinstance(value, dict) or isinstance(value.get("value"), dict | list):
            raise unreadable(name, value)
        _check_inside(value)
    elif name in TEXTS and not isinstance(value, str):
        raise unreadable(name, value)


def unreadable(name: str, value: Any) -> Fault:
    """The fault of something of another shape."""
    return refuse("2010", f"Property Name:Can not deserialize {name} out of a {type(value).__name__}", name)


def _check_inside(value: dict[str, Any]) -> None:
    for name, each in value.items():
        check_shape(name, each)
