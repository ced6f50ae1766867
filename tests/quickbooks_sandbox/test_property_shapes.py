"""Requests whose properties have another shape than the entity's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale

DETAIL = "JournalEntryLineDetail"


@pytest.mark.parametrize(
    ("path", "body", "element"),
    [
        ("estimate", estimate(Line=7), "Line"),
        ("estimate", estimate(Line=["x"]), "Line"),
        ("estimate", estimate(CustomerMemo="text"), "CustomerMemo"),
        ("estimate", estimate(TxnTaxDetail=[]), "TxnTaxDetail"),
        ("estimate", estimate(CustomerRef={"value": ["1"]}), "CustomerRef"),
        ("estimate", estimate(sale() | {"SalesItemLineDetail": "x"}), "SalesItemLineDetail"),
        ("estimate", estimate(sale(ItemRef="1")), "ItemRef"),
        ("estimate", estimate(BillEmailCc="a@b.example"), "BillEmailCc"),
        ("purchase", {"PaymentType": "Cash", "AccountRef": {"value": "35"}, "Line": True}, "Line"),
        ("journalentry", {"Line": [{"Amount": 1, "DetailType": DETAIL, DETAIL: 1}]}, DETAIL),
        ("payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 1, "Line": 1}, "Line"),
        ("payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 1, "Line": [{"LinkedTxn": {}}]}, "LinkedTxn"),
        ("attachable", {"Note": "n", "AttachableRef": [{"EntityRef": "1"}]}, "EntityRef"),
        ("attachable", {"Note": "n", "AttachableRef": {}}, "AttachableRef"),
        ("preferences", {"Id": "1", "SyncToken": "0", "TaxPrefs": 1}, "TaxPrefs"),
        ("taxservice/taxcode", {"TaxCode": "x", "TaxRateDetails": [1]}, "TaxRateDetails"),
        ("account", {"Name": "x", "AccountType": {}}, "AccountType"),
        ("recurringtransaction", {"Invoice": estimate(RecurringInfo="x")}, "RecurringInfo"),
        ("customer", {"DisplayName": ["x"]}, "DisplayName"),
        ("customer", {"DisplayName": "x", "PrimaryPhone": "1"}, "PrimaryPhone"),
    ],
)
def test_it_refuses_another_shape(api: Api, path: str, body: dict[str, Any], element: str) -> None:
    assert api.errors(path, body) == [("2010", element)]


def test_parts_of_an_address_may_be_numbers(api: Api) -> None:
    made = api.write("estimate", estimate(BillAddr={"Line1": "1 Elm St", "City": "Leith", "PostalCode": 94019}))
    assert made["BillAddr"]["PostalCode"] == "94019"
    other = {"Line1": "2 Elm St", "PostalCode": 94020}
    changed = api.write("estimate", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "BillAddr": other})
    assert changed["BillAddr"]["Line2"] == "94020"
