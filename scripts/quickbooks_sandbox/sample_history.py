"""What a company that has been at work for a while has besides: suppliers, staff, last month's paid invoices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from quickbooks_sandbox import name_lists, payments, sales_forms
from quickbooks_sandbox.company import Company

VENDORS = (("Baltic Roasters", "billing@baltic-roasters.example"), ("Saltworks Læsø", "office@saltworks.example"))
EMPLOYEES = (("Emily", "Platt"), ("John", "Johnson"))
BASKET = {
    "Name": "Gift basket",
    "Sku": "BASKET",
    "Type": "Inventory",
    "UnitPrice": "34.90",
    "QtyOnHand": 25,
    "InvStartDate": "2025-01-01",
    "IncomeAccountRef": {"value": "79"},
    "ExpenseAccountRef": {"value": "80"},
    "AssetAccountRef": {"value": "81"},
}
INVOICES = (("1", "1", 2), ("2", "5", 1), ("3", "8", 3), ("4", "10", 4), ("5", "11", 2))
FIRST_DAY = timedelta(days=35)


def fill(company: Company) -> None:
    """Make all of it, the invoices a day apart and each paid ten days later."""
    for name, email in VENDORS:
        name_lists.create(company, "Vendor", {"DisplayName": name, "PrimaryEmailAddr": {"Address": email}})
    for given, family in EMPLOYEES:
        name_lists.create(company, "Employee", {"GivenName": given, "FamilyName": family})
    name_lists.create(company, "Class", {"Name": "Wholesale"})
    name_lists.create(company, "Department", {"Name": "Harbour warehouse"})
    name_lists.create(company, "Item", BASKET)
    for number, (customer, item, quantity) in enumerate(INVOICES):
        sent = company.clock.now().date() - FIRST_DAY + timedelta(days=number)
        stored = company.store.find("Item", item)
        assert stored is not None
        detail = {"ItemRef": {"value": item}, "Qty": quantity, "UnitPrice": stored["UnitPrice"]}
        if not company.in_us:
            detail["TaxCodeRef"] = {"value": "2"}
        amount = quantity * Decimal(stored["UnitPrice"])
        line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
        owner = {"CustomerRef": {"value": customer}}
        body = {**owner, "TxnDate": sent.isoformat(), "Line": [line], "GlobalTaxCalculation": "TaxExcluded"}
        invoice = sales_forms.create(company, "Invoice", body)
        settled = {"Amount": invoice["TotalAmt"], "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        paid = {"TxnDate": (sent + timedelta(days=10)).isoformat(), "TotalAmt": invoice["TotalAmt"], "Line": [settled]}
        payments.create(company, "Payment", {**owner, **paid, "PaymentMethodRef": {"value": "2"}})
