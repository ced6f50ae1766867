"""The company a sandbox starts with: lists every company has, and a small food wholesaler's catalogue."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import name_lists
from quickbooks_sandbox.company import Company

ITEMS = (
    ("Arabica beans, 1 kg", "BEAN-1", "18.40"),
    ("Oat drink, 6 x 1 l", "OAT-6", "11.90"),
    ("Rye bread, sliced", "RYE-S", "3.25"),
    ("Sea salt flakes, 250 g", "SALT-250", "4.10"),
    ("Olive oil, 5 l", "OIL-5", "42.00"),
    ("Blossom honey, 12 jars", "HONEY-12", "57.60"),
    ("Smoked paprika, 500 g", "PAP-500", "9.75"),
    ("Red lentils, 10 kg", "LENT-10", "24.30"),
    ("Dark chocolate, 24 bars", "CHOC-24", "38.88"),
    ("Sparkling water, 24 x 0.33 l", "WATER-24", "8.16"),
    ("Tomato passata, 12 x 0.7 l", "PASS-12", "19.20"),
)
CUSTOMERS = (
    ("Café Ærø", "orders@cafe-aero.example", "Havnegade 3", "Ærøskøbing"),
    ("O'Leary & Sons", "buyer@oleary.example", "12 Quay Street", "Galway"),
    ("Boulangerie Éclair", "achat@eclair.example", "8 rue des Lilas", "Lyon"),
    ("Żółty Słoń Deli", "sklep@slon.example", "ul. Długa 17", "Gdańsk"),
    ("Corner Shop “Nº 5”", "hello@number5.example", "5 Market Row", "Bath"),
    ("Ristorante Da Nicolò", "cucina@danicolo.example", "Via Roma 21", "Bari"),
    ("Green & Good Grocers", "hq@greengood.example", "77 Mill Lane", "Leeds"),
    ("Gasthof zum Bären", "kueche@baeren.example", "Dorfplatz 1", "Füssen"),
)
# Rows of TaxCode that are no tax codes: their ids are words.
PSEUDO_CODES = ("TAX", "NON", "CustomSalesTax")
REALM_NAME = "Harbour Fine Foods"


def lay_foundation(company: Company) -> None:
    """What every company has: its own record, tax codes, terms and accounts."""
    stamp = company.meta_data()
    store = company.store
    info: dict[str, Any] = {
        "CompanyName": REALM_NAME,
        "LegalName": REALM_NAME,
        "Country": "USA",
        "FiscalYearStartMonth": "January",
        "DefaultTimeZone": "America/Los_Angeles",
        "NameValue": [{"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}],
    }
    store.put("CompanyInfo", {**_head("1", stamp), **info})
    store.put("Preferences", {**_head("1", stamp), **preferences(company.switches)})
    for code in PSEUDO_CODES:
        store.put("TaxCode", {**_head(code, stamp), "Name": code, "Active": True, "TaxGroup": False})
    store.put("TaxCode", {**_head("2", stamp), "Name": "California", "Active": True, "Taxable": True, "TaxGroup": True})
    for position, (name, days) in enumerate((("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30)), start=1):
        term = {"Name": name, "FullyQualifiedName": name, "Active": True, "Type": "STANDARD", "DueDays": days}
        store.put("Term", {**_head(str(position), stamp), **term})
    store.set_value("Id/Term", 3)
    for number, name, kind in (
        ("1", "Services", "Income"),
        ("79", "Sales of Product Income", "Income"),
        ("80", "Cost of Goods Sold", "Cost of Goods Sold"),
        ("81", "Inventory Asset", "Other Current Asset"),
        ("86", "Discounts given", "Income"),
    ):
        account = {"Name": name, "FullyQualifiedName": name, "AccountType": kind, "Active": True}
        store.put("Account", {**_head(number, stamp), **account})
    store.set_value("Id/Account", 100)


def preferences(switches: dict[str, Any]) -> dict[str, Any]:
    """The company's preferences, as far as the switches decide them."""
    return {
        "SalesFormsPrefs": {
            "CustomTxnNumbers": switches["custom_transaction_numbers"],
            "AllowEstimates": True,
            "AllowDiscount": True,
        },
        "TaxPrefs": {"UsingSalesTax": False, "PartnerTaxEnabled": False},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
    }


def fill(company: Company) -> None:
    """The sample catalogue and customers."""
    for name, sku, price in ITEMS:
        item = {"Name": name, "Sku": sku, "UnitPrice": price, "Type": "NonInventory", "Taxable": True}
        name_lists.create(company, "Item", item)
    name_lists.create(company, "Item", {"Name": "Delivery", "UnitPrice": "0", "Type": "Service"})
    for name, email, street, city in CUSTOMERS:
        address = {"Line1": street, "City": city}
        customer = {"DisplayName": name, "PrimaryEmailAddr": {"Address": email}, "BillAddr": address}
        name_lists.create(company, "Customer", customer)


def _head(entity_id: str, meta_data: dict[str, Any]) -> dict[str, Any]:
    return {"domain": "QBO", "sparse": False, "Id": entity_id, "SyncToken": "0", "MetaData": meta_data}
