"""The properties of transactions that are no sales forms, and of lists that those need.

Reference: https://github.com/intuit/QuickBooks-V3-Java-SDK (Finance.xsd)
"""

from __future__ import annotations

from quickbooks_sandbox.property_words import EVERY, words

TRANSACTION = EVERY | words(
    """DocNumber TxnDate DepartmentRef CurrencyRef ExchangeRate PrivateNote TxnStatus LinkedTxn Line TxnTaxDetail
    TxnSource TaxFormType TaxFormNum TransactionLocationType Tag TxnApprovalInfo RecurDataRef RecurringInfo ProjectRef
    TotalCostAmount HomeTotalCostAmount"""
)
PURCHASE = TRANSACTION | words(
    "VendorRef APAccountRef TotalAmt BillEmail ReplyEmail Memo GlobalTaxCalculation VendorAddr IncludeInAnnualTPAR"
)
TRANSACTION_PROPERTIES = {
    "Payment": TRANSACTION
    | words(
        """CustomerRef RemitToRef ARAccountRef DepositToAccountRef PaymentMethodRef PaymentRefNum PaymentType
        CheckPayment CreditCardPayment TotalAmt UnappliedAmt ProcessPayment PaymentEx"""
    ),
    "Bill": PURCHASE | words("PayerRef SalesTermRef DueDate RemitToAddr ShipAddr Balance HomeBalance BillEx LessCIS"),
    "BillPayment": TRANSACTION
    | words(
        """VendorRef VendorAddr APAccountRef PayType CheckPayment CreditCardPayment TotalAmt BillPaymentEx
        ProcessBillPayment"""
    ),
    "VendorCredit": PURCHASE | words("VendorCreditEx Balance"),
    "Purchase": TRANSACTION
    | words(
        """AccountRef PaymentMethodRef PaymentRefNum PaymentType CheckPayment CreditCardPayment EntityRef Credit
        RemitToAddr TotalAmt Memo PrintStatus GlobalTaxCalculation PurchaseEx LessCIS IncludeInAnnualTPAR"""
    ),
    "PurchaseOrder": PURCHASE
    | words(
        """TaxCodeRef ClassRef ReimbursableInfoRef SalesTermRef DueDate ExpectedDate ShipTo DropShipToEntity
        InventorySiteRef ShipAddr ShipMethodRef FOB POEmail TemplateRef PrintStatus EmailStatus ManuallyClosed POStatus
        PurchaseOrderEx"""
    ),
    "Deposit": TRANSACTION | words("DepositToAccountRef CashBack GlobalTaxCalculation TotalAmt HomeTotalAmt DepositEx"),
    "Transfer": TRANSACTION | words("FromAccountRef ToAccountRef Amount ClassRef TransferEx"),
    "CreditCardPaymentTxn": TRANSACTION
    | words("CreditCardAccountRef BankAccountRef Amount VendorRef CheckNum PrintStatus Memo CreditCardPaymentEx"),
    "JournalEntry": TRANSACTION
    | words(
        """Adjustment HomeCurrencyAdjustment EnteredInHomeCurrency GlobalTaxCalculation TotalAmt HomeTotalAmt
        JournalEntryEx"""
    ),
    "TimeActivity": EVERY
    | words(
        """TimeZone TxnDate NameOf EmployeeRef VendorRef OtherNameRef CustomerRef DepartmentRef ItemRef ClassRef
        PayrollItemRef ProjectRef TimeChargeId BillableStatus Taxable HourlyRate CostRate Hours Minutes Seconds
        BreakHours BreakMinutes BreakSeconds StartTime EndTime Description TimeActivityEx HoursInEmployeeTimeZone"""
    ),
    "Class": EVERY | words("Name SubClass ParentRef FullyQualifiedName Active ClassEx"),
    "Department": EVERY | words("Name SubDepartment ParentRef FullyQualifiedName Active DepartmentEx Address"),
    "PaymentMethod": EVERY | words("Name Active Type PaymentMethodEx"),
    "CompanyCurrency": EVERY | words("Code Name Active CompanyCurrencyEx"),
    "ExchangeRate": EVERY | words("SourceCurrencyCode TargetCurrencyCode Rate AsOfDate ExchangeRateEx"),
    "RecurringTransaction": EVERY | words("Type Name"),
    "Attachable": EVERY
    | words(
        """FileName FileAccessUri TempDownloadUri Size ContentType Category Lat Long PlaceName Note Tag
        ThumbnailFileAccessUri ThumbnailTempDownloadUri AttachableEx"""
    ),
}
