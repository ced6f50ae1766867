"""The company a sandbox starts with: lists every company has, and a small food wholesaler's catalogue."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import name_lists
from quickbooks_sandbox.company import HOME_CURRENCY, Company

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
# Id, name, classification, type and detail type, with the ids of Intuit's own sample company.
ACCOUNTS = (
    ("1", "Services", "Revenue", "Income", "ServiceFeeIncome"),
    ("33", "Accounts Payable (A/P)", "Liability", "Accounts Payable", "AccountsPayable"),
    ("35", "Checking", "Asset", "Bank", "Checking"),
    ("36", "Savings", "Asset", "Bank", "Savings"),
    ("42", "Visa", "Liability", "Credit Card", "CreditCard"),
    ("79", "Sales of Product Income", "Revenue", "Income", "SalesOfProductIncome"),
    ("80", "Cost of Goods Sold", "Expense", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("81", "Inventory Asset", "Asset", "Other Current Asset", "Inventory"),
    ("84", "Accounts Receivable (A/R)", "Asset", "Accounts Receivable", "AccountsReceivable"),
    ("86", "Discounts given", "Revenue", "Income", "DiscountsRefundsGiven"),
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
        term = {"Name": name, "Active": True, "Type": "STANDARD", "DueDays": days}
        store.put("Term", {**_head(str(position), stamp), **term})
    store.set_value("Id/Term", 3)
    for number, name, classification, kind, detail in ACCOUNTS:
        account = {
            "Name": name,
            "SubAccount": False,
            "FullyQualifiedName": name,
            "Active": True,
            "Classification": classification,
            "AccountType": kind,
            "AccountSubType": detail,
            "CurrentBalance": 0,
            "CurrentBalanceWithSubAccounts": 0,
            "CurrencyRef": HOME_CURRENCY,
        }
        store.put("Account", {**_head(number, stamp), **account})
    store.set_value("Id/Account", 100)


def preferences(switches: dict[str, Any]) -> dict[str, Any]:
    """The company's preferences; the switches decide how its forms are numbered."""
    return {
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January",
            "UseAccountNumbers": False,
            "TaxYearMonth": "January",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "TrackDepartments": False,
            "CustomerTerminology": "Customers",
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": switches["custom_transaction_numbers"],
            "AllowEstimates": True,
            "AllowDiscount": True,
            "AllowDeposit": False,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "UsingProgressInvoicing": False,
            "DefaultTerms": {"value": "3"},
        },
        "EmailMessagesPrefs": {
            "EstimateMessage": {"Subject": f"Estimate from {REALM_NAME}", "Message": "Here is our estimate."},
            "InvoiceMessage": {"Subject": f"Invoice from {REALM_NAME}", "Message": "Here is our invoice."},
        },
        "VendorAndPurchasesPrefs": {"BillableExpenseTracking": True, "TrackingByCustomer": True},
        "TimeTrackingPrefs": {"WorkWeekStartDate": "Monday", "UseServices": True, "BillCustomers": True},
        "TaxPrefs": {"UsingSalesTax": False, "PartnerTaxEnabled": False},
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": False,
            "HomeCurrency": {"value": HOME_CURRENCY["value"]},
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {
            "NameValue": [{"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": "Thank you for your order."}]
        },
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
