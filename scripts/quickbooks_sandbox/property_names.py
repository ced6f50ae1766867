"""Which properties each entity has: another one in a request is refused, one that is read-only is ignored.

Reference: https://github.com/intuit/QuickBooks-V3-Java-SDK (Finance.xsd)
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.property_shapes import check_shape, unreadable
from quickbooks_sandbox.property_words import EVERY, words
from quickbooks_sandbox.transaction_properties import TRANSACTION_PROPERTIES

FORM = EVERY | words(
    """DocNumber TxnDate DepartmentRef CurrencyRef ExchangeRate PrivateNote TxnStatus LinkedTxn Line TxnTaxDetail
    TxnSource TaxFormType TaxFormNum TransactionLocationType Tag TxnApprovalInfo RecurDataRef RecurringInfo ProjectRef
    TotalCostAmount HomeTotalCostAmount AutoDocNumber CustomerRef CustomerMemo BillAddr ShipAddr FreeFormAddress
    ShipFromAddr RemitToRef ClassRef SalesTermRef DueDate SalesRepRef PONumber FOB ShipMethodRef ShipDate TrackingNum
    GlobalTaxCalculation TotalAmt HomeTotalAmt ApplyTaxAfterDiscount ShippingTaxIncludedInTotalTax TemplateRef
    PrintStatus EmailStatus BillEmail BillEmailCc BillEmailBcc ARAccountRef Balance HomeBalance FinanceCharge
    PaymentMethodRef PaymentRefNum PaymentType CheckPayment CreditCardPayment DepositToAccountRef DeliveryInfo
    DiscountRate DiscountAmt GovtTxnRefIdentifier TaxExemptionRef"""
)
PERSON = EVERY | words(
    """IntuitId Organization Title GivenName MiddleName FamilyName Suffix FullyQualifiedName CompanyName DisplayName
    PrintOnCheckName UserId Active V4IDPseudonym PrimaryPhone AlternatePhone Mobile Fax PrimaryEmailAddr WebAddr
    OtherContactInfo DefaultTaxCodeRef ContactName AltContactName Notes OtherAddr Balance OpenBalanceDate CreditLimit
    AcctNum CurrencyRef BillAddr ShipAddr TDSEnabled BusinessNumber GSTIN GSTRegistrationType"""
)
PROPERTIES = TRANSACTION_PROPERTIES | {
    "Estimate": FORM | words("ExpirationDate AcceptedBy AcceptedDate EstimateEx"),
    "Invoice": FORM
    | words(
        """Deposit AllowIPNPayment AllowOnlinePayment AllowOnlineCreditCardPayment AllowOnlineACHPayment
        AllowOnlinePayPalPayment EInvoiceStatus ECloudStatusTimeStamp InvoiceEx InvoiceLink InvoiceLinkExpiryDate
        ConvenienceFeeDetail PaymentDetailsMessage"""
    ),
    "SalesReceipt": FORM | words("SalesReceiptEx LessCIS"),
    "CreditMemo": FORM | words("RemainingCredit InvoiceRef CreditMemoEx"),
    "RefundReceipt": FORM | words("RemainingCredit RefundReceiptEx"),
    "Customer": PERSON
    | words(
        """Taxable Job BillWithParent RootCustomerRef ParentRef Level CustomerTypeRef SalesTermRef SalesRepRef
        TaxGroupCodeRef TaxRateRef PaymentMethodRef CCDetail PriceLevelRef BalanceWithJobs OverDueBalance TotalRevenue
        TotalExpense PreferredDeliveryMethod ResaleNum JobInfo CustomerEx SecondaryTaxIdentifier ARAccountRef
        PrimaryTaxIdentifier TaxExemptionReasonId IsProject ClientCompanyId ClientEntityId TaxRegime"""
    ),
    "Vendor": PERSON
    | words(
        """TaxCountry TaxIdentifier TaxIdEffectiveDate ParentRef VendorTypeRef TermRef PrefillAccountRef BillRate
        Vendor1099 T4AEligible T5018Eligible TaxReportingBasis APAccountRef VendorEx HasTPAR VendorPaymentBankDetail
        CostRate"""
    ),
    "Employee": PERSON
    | words(
        """EmployeeType EmployeeNumber SSN PrimaryAddr BillableTime BillRate BirthDate Gender HiredDate ReleasedDate
        UseTimeEntry EmployeeEx CostRate"""
    ),
    "Item": EVERY
    | words(
        """Name Sku Description Active SubItem ParentRef Level FullyQualifiedName Taxable SalesTaxIncluded PercentBased
        UnitPrice RatePercent Type PaymentMethodRef UOMSetRef IncomeAccountRef PurchaseDesc PurchaseTaxIncluded
        PurchaseCost ExpenseAccountRef COGSAccountRef AssetAccountRef PrefVendorRef AvgCost TrackQtyOnHand QtyOnHand
        QtyOnPurchaseOrder QtyOnSalesOrder ReorderPoint ManPartNum DepositToAccountRef SalesTaxCodeRef
        PurchaseTaxCodeRef InvStartDate BuildPoint PrintGroupedItems SpecialItem SpecialItemType ItemGroupDetail
        ItemAssemblyDetail AbatementRate ReverseChargeRate ServiceType ItemCategoryType ItemEx TaxClassificationRef
        UQCDisplayText UQCId ClassRef DeferredRevenue"""
    ),
    "Term": EVERY
    | words(
        """Name Active Type DiscountPercent DueDays DiscountDays DayOfMonthDue DueNextMonthDays DiscountDayOfMonth
        SalesTermEx"""
    ),
    "Account": EVERY
    | words(
        """Name SubAccount ParentRef Description FullyQualifiedName AccountAlias TxnLocationType Active Classification
        AccountType AccountSubType AcctNum AcctNumExtn BankNum OpeningBalance OpeningBalanceDate CurrentBalance
        CurrentBalanceWithSubAccounts CurrencyRef TaxAccount TaxCodeRef OnlineBankingEnabled FIName AccountEx"""
    ),
    "CustomerType": EVERY | words("Name Active"),
    "TaxCode": EVERY
    | words("Name Description Active Hidden Taxable TaxGroup SalesTaxRateList PurchaseTaxRateList TaxCodeConfigType"),
    "TaxRate": EVERY
    | words(
        """Name Description Active RateValue AgencyRef TaxReturnLineRef EffectiveTaxRate SpecialTaxType DisplayType
        OriginalTaxRate"""
    ),
    "TaxAgency": EVERY
    | words(
        """DisplayName TaxTrackedOnSales TaxTrackedOnPurchases TaxRegistrationNumber LastFileDate TaxAgencyConfig
        TaxFormType"""
    ),
    "CompanyInfo": EVERY
    | words(
        """CompanyName LegalName Country FiscalYearStartMonth DefaultTimeZone NameValue CompanyAddr LegalAddr Email
        CompanyStartDate CustomerCommunicationAddr CustomerCommunicationEmailAddr PrimaryPhone WebAddr
        SupportedLanguages EmployerId"""
    ),
    "Preferences": EVERY
    | words(
        """AccountingInfoPrefs ProductAndServicesPrefs SalesFormsPrefs EmailMessagesPrefs VendorAndPurchasesPrefs
        TimeTrackingPrefs TaxPrefs CurrencyPrefs ReportPrefs OtherPrefs"""
    ),
    "Line": words(
        """Id LineNum Description Amount Received LinkedTxn DetailType DiscountLineDetail SalesItemLineDetail
        DescriptionLineDetail GroupLineDetail SubTotalLineDetail SubtotalLineDetail TaxLineDetail CustomField LineEx
        ProjectRef CostAmount HomeCostAmount PaymentLineDetail ItemBasedExpenseLineDetail AccountBasedExpenseLineDetail
        ReimburseLineDetail DepositLineDetail PurchaseOrderItemLineDetail SalesOrderItemLineDetail
        ItemReceiptLineDetail JournalEntryLineDetail TDSLineDetail ItemAdjustmentLineDetail"""
    ),
    "SalesItemLineDetail": words(
        """ItemRef ClassRef UnitPrice UnitCostPrice RatePercent PriceLevelRef MarkupInfo Qty UOMRef ItemAccountRef
        InventorySiteRef TaxCodeRef TaxClassificationRef ServiceDate TaxInclusiveAmt DiscountRate DiscountAmt
        DeferredRevenue"""
    ),
    "DiscountLineDetail": words(
        "Discount DiscountRef PercentBased DiscountPercent DiscountAccountRef ServiceDate ClassRef TaxCodeRef"
    ),
    "GroupLineDetail": words("GroupItemRef Quantity UOMRef ServiceDate Line"),
    "DescriptionLineDetail": words("ServiceDate TaxCodeRef"),
}
READ_ONLY = EVERY - {"CustomField"} | words(
    """TotalAmt HomeTotalAmt Balance HomeBalance BalanceWithJobs OverDueBalance TotalRevenue TotalExpense DeliveryInfo
    FreeFormAddress FullyQualifiedName Level InvoiceLink RecurDataRef RecurringInfo TotalCostAmount HomeTotalCostAmount
    UnappliedAmt RemainingCredit AvgCost QtyOnPurchaseOrder QtyOnSalesOrder IntuitId UserId V4IDPseudonym"""
)
# Lower-case names as a query may spell them -> as the entity spells them.
SPELLING = {kind: {name.lower(): name for name in names} for kind, names in PROPERTIES.items()}


def is_sparse(body: dict[str, Any]) -> bool:
    """Whether an update leaves alone what it does not say; `true` may come as text."""
    return body.get("sparse") in (True, "true")


def check_properties(kind: str, body: Any) -> None:
    """Raise Fault 2010 for a property that the entity or line detail does not have, or one of the wrong shape."""
    if not isinstance(body, dict):
        raise unreadable(kind, body)
    known = PROPERTIES[kind]
    for name, value in body.items():
        if name not in known:
            text = f'Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{kind}), not marked as ignorable'
            raise refuse("2010", f"Property Name:{text} specified is unsupported or invalid", name)
        check_shape(name, value)
