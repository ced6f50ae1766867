"""Transactions that are no sales forms, and the forms beside estimates and invoices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale


def expense(amount: Any = 100, **detail: Any) -> dict[str, Any]:
    """A line of an expense."""
    name = "AccountBasedExpenseLineDetail"
    return {"DetailType": name, "Amount": amount, name: {"AccountRef": {"value": "1"}, **detail}}


BODIES: dict[str, dict[str, Any]] = {
    "purchase": {"PaymentType": "CreditCard", "AccountRef": {"value": "42"}, "Line": [expense()]},
    "deposit": {
        "DepositToAccountRef": {"value": "36"},
        "Line": [
            {
                "Amount": 20,
                "DetailType": "DepositLineDetail",
                "DepositLineDetail": {"AccountRef": {"value": "35"}},
            }
        ],
    },
    "transfer": {"Amount": 100, "FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "36"}},
    "creditcardpayment": {"Amount": 50, "BankAccountRef": {"value": "35"}, "CreditCardAccountRef": {"value": "42"}},
    "timeactivity": {"NameOf": "Employee", "Description": "Deliveries", "CostRate": 50.0},
    "journalentry": {
        "Line": [
            {
                "Amount": 7,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": posting, "AccountRef": {"value": account}},
            }
            for posting, account in (("Debit", "35"), ("Credit", "36"))
        ]
    },
}


@pytest.mark.parametrize("path", sorted(BODIES))
def test_it_keeps_changes_finds_and_deletes(api: Api, path: str) -> None:
    made = api.write(path, BODIES[path])
    assert api.read(f"{path}/{made['Id']}") == made
    changed = api.write(path, {"Id": made["Id"], "SyncToken": "0", "sparse": True, **NOTES[path]})
    assert changed["SyncToken"] == "1" and changed["MetaData"]["CreateTime"] == made["MetaData"]["CreateTime"]
    same = api.write(path, {"Id": made["Id"], "SyncToken": "1", "sparse": True, **NOTES[path]})
    assert same == changed
    (found,) = next(rows for rows in api.query(f"select * from {path}").values() if isinstance(rows, list))
    assert found == changed
    assert api.errors(path, {"Id": made["Id"], "SyncToken": "0", "sparse": True}) == [("5010", "")]
    assert api.write(path, {"Id": made["Id"], "SyncToken": "1"}, operation="delete")["status"] == "Deleted"
    assert api.call("GET", f"{path}/{made['Id']}").json()["Fault"]["Error"][0]["code"] == "610"


NOTES: dict[str, dict[str, Any]] = {path: {"PrivateNote": "seen"} for path in BODIES} | {
    "timeactivity": {"Description": "Sales calls", "CostRate": "75.5"}
}


def test_references_are_kept_with_names_and_nothing_else_of_the_accounts(api: Api) -> None:
    made = api.write("purchase", BODIES["purchase"] | {"DocNumber": "Doc123"})
    assert made["AccountRef"] == {"value": "42", "name": "Visa"}
    assert made["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"] == {"value": "1", "name": "Services"}
    assert (str(made["TotalAmt"]), made["DocNumber"]) == ("100.00", "Doc123")
    assert api.read("account/42")["CurrentBalance"] == 0


def test_the_one_entity_whose_path_and_json_differ(api: Api) -> None:
    answer = api.call("POST", "creditcardpayment", BODIES["creditcardpayment"]).json()
    assert set(answer) == {"CreditCardPaymentTxn", "time"}
    assert next(iter(api.query("select * from CreditCardPayment"))) == "CreditCardPaymentTxn"


@pytest.mark.parametrize(
    ("path", "changes", "errors"),
    [
        ("purchase", {"PaymentType": "", "AccountRef": {}}, [("2020", "PaymentType"), ("2020", "AccountRef")]),
        ("purchase", {"Line": [expense(AccountRef={"value": "999"})]}, [("2500", "AccountRef")]),
        ("purchase", {"Line": [expense("lots")]}, [("2010", "Amount")]),
        ("purchase", {"Line": [expense(None)]}, [("2020", "Amount")]),
        ("purchase", {"TxnDate": "yesterday"}, [("2010", "TxnDate")]),
        ("purchase", {"Colour": "blue"}, [("2010", "Colour")]),
        ("transfer", {"Amount": "much"}, [("2010", "Amount")]),
        ("transfer", {"CurrencyRef": {"value": "EUR"}}, [("6000", "CurrencyRef")]),
        ("journalentry", {"Line": BODIES["journalentry"]["Line"][:1]}, [("6000", "Line")]),
    ],
)
def test_it_refuses(api: Api, path: str, changes: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert api.errors(path, BODIES[path] | changes) == errors


def test_a_purchase_order_is_numbered_and_for_a_vendor(api: Api) -> None:
    vendor = api.write("vendor", {"DisplayName": "Roasters"})
    body = {"VendorRef": {"value": vendor["Id"]}, "Line": [expense()]}
    made = api.write("purchaseorder", body)
    assert (made["DocNumber"], made["POStatus"], made["VendorRef"]["name"]) == ("1001", "Open", "Roasters")


def test_stock_follows_what_is_sold_and_bought(api: Api) -> None:
    accounts = {"IncomeAccountRef": "79", "ExpenseAccountRef": "80", "AssetAccountRef": "81"}
    stocked = {name: {"value": value} for name, value in accounts.items()}
    body = {"Name": "Basket", "Type": "Inventory", "QtyOnHand": 10, "InvStartDate": "2026-01-01", **stocked}
    item = api.write("item", body)["Id"]

    def left() -> Any:
        return api.read(f"item/{item}")["QtyOnHand"]

    line = sale("30", 3, 10, ItemRef={"value": item})
    sold = api.write("invoice", estimate(line))
    assert left() == 7
    api.write("estimate", estimate(line))
    assert left() == 7
    api.write("creditmemo", estimate(line))
    assert left() == 10
    api.write("invoice", {"Id": sold["Id"], "SyncToken": "0"}, operation="void")
    assert left() == 13
    assert api.read(f"item/{item}")["SyncToken"] == "0"
    api.switch(balances_change_lists=True)
    api.write("salesreceipt", estimate(line))
    assert (left(), api.read(f"item/{item}")["SyncToken"]) == (10, "1")


def test_a_sales_receipt_owes_nothing_and_can_be_voided(api: Api) -> None:
    made = api.write("salesreceipt", estimate(sale("100.0", 1, 100), PaymentMethodRef={"value": "1"}))
    assert (made["Balance"], str(made["TotalAmt"]), made["DocNumber"]) == (0, "100.00", "1001")
    voided = api.write(
        "salesreceipt", {"Id": made["Id"], "SyncToken": "0", "sparse": True}, operation="update", include="void"
    )
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")
    without_customer = api.write("refundreceipt", {"Line": [sale("5")], "DepositToAccountRef": {"value": "35"}})
    assert "CustomerRef" not in without_customer
    assert api.call("GET", f"refundreceipt/{without_customer['Id']}/pdf").content.startswith(b"%PDF-")


def test_an_invoice_that_can_be_paid_online_has_a_link_for_who_asks(api: Api) -> None:
    body = estimate(AllowOnlineACHPayment=True, BillEmail={"Address": "a@b.example"})
    made = api.write("invoice", body)
    assert "InvoiceLink" not in made and "InvoiceLink" not in api.read(f"invoice/{made['Id']}")
    answer = api.call("GET", f"invoice/{made['Id']}", include="invoiceLink").json()["Invoice"]
    assert answer["InvoiceLink"].startswith("https://")
    plain = api.write("invoice", estimate())
    assert "InvoiceLink" not in api.call("GET", f"invoice/{plain['Id']}", include="invoiceLink").json()["Invoice"]


def test_lists_of_names_come_in_many_kinds(api: Api) -> None:
    for path in ("class", "department", "paymentmethod"):
        made = api.write(path, {"Name": "North"})
        assert api.read(f"{path}/{made['Id']}")["Name"] == "North"
        assert api.errors(path, {"Name": "north"})[0][0] == "6240"
    parent = api.query("select * from Class where Name = 'North'")["Class"][0]["Id"]
    child = api.write("class", {"Name": "Quay", "ParentRef": {"value": parent}})
    assert (child["SubClass"], child["FullyQualifiedName"]) == (True, "North:Quay")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"Name": "X"}, [("2020", "AccountType")]),
        ({"Name": "X", "AccountType": "Purse"}, [("2170", "AccountType")]),
        ({"Name": "X", "AccountType": "Bank", "AcctNum": "1" * 21}, [("2050", "AcctNum")]),
    ],
)
def test_it_refuses_accounts(api: Api, body: dict[str, str], errors: list[tuple[str, str]]) -> None:
    assert api.errors("account", body) == errors


def test_it_makes_accounts(api: Api) -> None:
    made = api.write(
        "account", {"Name": "Till", "AccountType": "Bank", "AccountSubType": "CashOnHand", "AcctNum": "T1"}
    )
    assert (made["Classification"], made["CurrentBalance"], made["AcctNum"]) == ("Asset", 0, "T1")
    renamed = {"Id": made["Id"], "SyncToken": "0", "Name": "Till 2", "AcctNum": "T1"}
    changed = api.write("account", renamed)
    assert (changed["Name"], changed["AccountType"], changed["FullyQualifiedName"]) == ("Till 2", "Bank", "Till 2")


def test_it_sets_exchange_rates_and_adds_currencies(api: Api) -> None:
    (rate,) = api.query("select * from ExchangeRate where SourceCurrencyCode = 'EUR'")["ExchangeRate"]
    assert rate["TargetCurrencyCode"] == "USD" and "Id" not in rate
    api.write("exchangerate", {**rate, "Rate": "2.09"})
    (rate,) = api.query("select * from ExchangeRate where SourceCurrencyCode = 'EUR'")["ExchangeRate"]
    assert str(rate["Rate"]) == "2.09"
    assert api.errors("exchangerate", {"SourceCurrencyCode": "XYZ", "Rate": 1}) == [("2500", "SourceCurrencyCode")]
    assert api.errors("exchangerate", {"SourceCurrencyCode": "EUR", "Rate": 0}) == [("6000", "Rate")]
    assert api.read("companycurrency/1")["Name"] == "Canadian Dollar"
    assert api.write("companycurrency", {"Code": "JPY"})["Active"] is True
    assert api.errors("companycurrency", {"Code": "JPY"}) == [("6240", "Code")]
