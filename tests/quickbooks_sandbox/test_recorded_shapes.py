"""Which properties a new entity has, as recorded traffic of Intuit's own sandbox shows them.

Source: https://github.com/minimul/qbo_api/tree/master/spec/vcr
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale

HEAD = {"domain", "sparse", "Id", "SyncToken", "MetaData"}
FORM = HEAD | {
    "CustomField",
    "DocNumber",
    "TxnDate",
    "CurrencyRef",
    "Line",
    "TxnTaxDetail",
    "TotalAmt",
    "ApplyTaxAfterDiscount",
    "PrintStatus",
    "EmailStatus",
    "Balance",
}
ONLINE = {"AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"}
PERSON = HEAD | {"DisplayName", "PrintOnCheckName", "Active"}


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        ("vendor", {"DisplayName": "Boraski Family Store"}, PERSON | {"Balance", "Vendor1099", "CurrencyRef"}),
        (
            "employee",
            {"GivenName": "Emily", "FamilyName": "Platt"},
            PERSON | {"GivenName", "FamilyName", "BillableTime"},
        ),
        (
            "customer",
            {"DisplayName": "Cool Cars"},
            PERSON
            | {"FullyQualifiedName", "Balance", "BalanceWithJobs", "Taxable", "Job", "BillWithParent", "CurrencyRef"}
            | {"PreferredDeliveryMethod", "DefaultTaxCodeRef"},
        ),
        ("salesreceipt", {"Line": [sale("337.50", "4.5", 75)]}, FORM | {"DepositToAccountRef"}),
        (
            "invoice",
            estimate(),
            FORM | ONLINE | {"LinkedTxn", "CustomerRef", "BillAddr", "DueDate"},
        ),
        (
            "account",
            {"Name": "Fees Billed", "AccountType": "Income", "AccountSubType": "ServiceFeeIncome"},
            HEAD
            | {"Name", "SubAccount", "FullyQualifiedName", "Active", "Classification", "AccountType"}
            | {"AccountSubType", "CurrentBalance", "CurrentBalanceWithSubAccounts", "CurrencyRef"},
        ),
    ],
)
def test_a_new_entity_has_the_recorded_properties(api: Api, path: str, body: dict[str, Any], names: set[str]) -> None:
    assert set(api.write(path, body)) == names


def test_a_sales_receipt_is_deposited_later(api: Api) -> None:
    made = api.write("salesreceipt", estimate())
    assert made["DepositToAccountRef"] == {"value": "4", "name": "Undeposited Funds"}
    other = api.write("salesreceipt", estimate(DepositToAccountRef={"value": "35"}))
    assert other["DepositToAccountRef"]["name"] == "Checking"
