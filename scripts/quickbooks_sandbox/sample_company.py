"""The company a sandbox starts with: lists every company has, and a small food wholesaler's catalogue."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import company_records, currencies, name_lists, tax_lists
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.countries import COUNTRIES

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
    ("4", "Undeposited Funds", "Asset", "Other Current Asset", "UndepositedFunds"),
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
PAYMENT_METHODS = ("Cash", "Check", "Visa")
REALM_NAME = "Harbour Fine Foods"


def lay_foundation(company: Company) -> None:
    """What every company has: its own record, tax codes, terms and accounts."""
    store = company.store
    country = COUNTRIES[company.country]
    info: dict[str, Any] = {
        "CompanyName": REALM_NAME,
        "LegalName": REALM_NAME,
        "Country": country.name,
        "CompanyAddr": {"Id": company.next_id("Address"), **country.address},
        "FiscalYearStartMonth": "January",
        "DefaultTimeZone": "America/Los_Angeles",
        "NameValue": [{"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}],
    }
    store.put("CompanyInfo", {**company.head("1"), **info})
    store.put("Preferences", {**company.head("1"), **company_records.mirrored(company, preferences(company))})
    tax_lists.found(company)
    for position, (name, days) in enumerate((("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30)), start=1):
        term = {"Name": name, "Active": True, "Type": "STANDARD", "DueDays": days}
        store.put("Term", {**company.head(str(position)), **term})
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
            "CurrencyRef": currencies.home(company),
        }
        store.put("Account", {**company.head(number), **account})
    store.set_value("Id/Account", 100)
    for position, name in enumerate(PAYMENT_METHODS, start=1):
        kind = "CREDIT_CARD" if name == "Visa" else "NON_CREDIT_CARD"
        store.put("PaymentMethod", {**company.head(str(position)), "Name": name, "Active": True, "Type": kind})
    store.set_value("Id/PaymentMethod", len(PAYMENT_METHODS))
    traded, rates = currencies.found(company)
    for currency in traded:
        store.put("CompanyCurrency", {**company.head(company.next_id("CompanyCurrency")), **currency})
    for rate in rates:
        store.put("ExchangeRate", {**company.head(rate["SourceCurrencyCode"]), **rate})


def preferences(company: Company) -> dict[str, Any]:
    """A new company's preferences, except those that switches decide."""
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
        "TaxPrefs": {},
        "CurrencyPrefs": {"HomeCurrency": {"value": COUNTRIES[company.country].currency}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {
            "NameValue": [{"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": "Thank you for your order."}]
        },
    }


def fill(company: Company) -> None:
    """The sample catalogue and customers."""
    for name, sku, price in ITEMS:
        item: dict[str, Any] = {"Name": name, "Sku": sku, "UnitPrice": price, "Type": "NonInventory", "Taxable": True}
        if not company.in_us:
            item["SalesTaxCodeRef"] = {"value": "2"}
        name_lists.create(company, "Item", item)
    name_lists.create(company, "Item", {"Name": "Delivery", "UnitPrice": "0", "Type": "Service"})
    for name, email, street, city in CUSTOMERS:
        address = {"Line1": street, "City": city}
        customer = {"DisplayName": name, "PrimaryEmailAddr": {"Address": email}, "BillAddr": address}
        name_lists.create(company, "Customer", customer)
