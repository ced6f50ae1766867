"""Estimates and invoices: what is made of a request, how updates merge, what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, discount, estimate, exact, sale

LONG = "x" * 4001


def test_it_makes_an_estimate_as_the_reference_shows_it(api: Api) -> None:
    body = {
        "CustomerRef": {"value": "1"},
        "Line": [
            sale(105.00, 3, 35, TaxCodeRef={"value": "NON"}) | {"Description": "Fitting"},
            discount(10.5, percent=10),
        ],
        "BillEmail": {"Address": "a@b.example"},
        "PrivateNote": "src=app:q-42",
        "ExpirationDate": "2026-03-01",
    }
    answer = api.call("POST", "estimate", body, minorversion="75")
    made = exact(answer)["Estimate"]

    stamp = made["MetaData"]["CreateTime"]
    assert made["MetaData"] == {"CreateTime": stamp, "LastUpdatedTime": stamp}
    assert made == {
        "domain": "QBO",
        "sparse": False,
        "Id": made["Id"],
        "SyncToken": "0",
        "MetaData": made["MetaData"],
        "CustomField": [],
        "DocNumber": "1001",
        "TxnDate": stamp[:10],
        "ExpirationDate": "2026-03-01",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "TxnStatus": "Pending",
        "PrivateNote": "src=app:q-42",
        "Line": [
            {
                "Id": "1",
                "LineNum": 1,
                "Description": "Fitting",
                "Amount": Decimal("105.00"),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": "1", "name": "Arabica beans, 1 kg"},
                    "UnitPrice": 35,
                    "Qty": 3,
                    "TaxCodeRef": {"value": "NON"},
                },
            },
            {"Amount": Decimal("105.00"), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
            {
                "Amount": Decimal("10.50"),
                "DetailType": "DiscountLineDetail",
                "DiscountLineDetail": {
                    "PercentBased": True,
                    "DiscountPercent": 10,
                    "DiscountAccountRef": {"value": "86", "name": "Discounts given"},
                },
            },
        ],
        "TxnTaxDetail": {"TotalTax": 0},
        "CustomerRef": {"value": "1", "name": "Café Ærø"},
        "BillAddr": made["BillAddr"],
        "TotalAmt": Decimal("94.50"),
        "ApplyTaxAfterDiscount": False,
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
        "BillEmail": {"Address": "a@b.example"},
    }
    assert made["BillAddr"]["City"] == "Ærøskøbing"
    assert b'"TotalAmt":94.50,' in answer.content and b'"Amount":105.00,' in answer.content
    assert b'"UnitPrice":35,"Qty":3,' in answer.content
    assert api.read(f"estimate/{made['Id']}") == made


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"CustomerRef": None}, [("2020", "CustomerRef")]),
        ({"CustomerRef": {"value": "4711"}}, [("2500", "CustomerRef")]),
        ({"CustomerRef": {"value": "one"}}, [("2030", "Id")]),
        ({"Line": []}, [("2020", "Line")]),
        ({"Line": None}, [("2020", "Line")]),
        ({"Flavour": "x"}, [("2010", "Flavour")]),
        ({"DocNumber": "x" * 22}, [("2050", "DocNumber")]),
        ({"DocNumber": "x" * 45, "Line": []}, [("2050", "DocNumber"), ("2020", "Line")]),
        ({"PrivateNote": LONG}, [("2050", "PrivateNote")]),
        ({"CustomerMemo": {"value": "x" * 1001}}, [("2050", "CustomerMemo")]),
        ({"TxnStatus": "Lost"}, [("2170", "TxnStatus")]),
        ({"EmailStatus": "Maybe"}, [("2170", "EmailStatus")]),
        ({"EmailStatus": "NeedToSend"}, [("2020", "BillEmail")]),
        ({"BillEmail": {"Address": "nobody"}}, [("2210", "BillEmail")]),
        ({"BillEmail": {"Address": "a" * 95 + "@b.example"}}, [("2050", "BillEmail")]),
        ({"TxnDate": "2026-02-30"}, [("2010", "TxnDate")]),
        ({"CurrencyRef": {"value": "EUR"}}, [("6000", "CurrencyRef")]),
        (
            {"CustomerRef": {"value": "4711"}, "TxnStatus": "Lost", "Line": [sale(ItemRef={"value": "4711"})]},
            [("2170", "TxnStatus"), ("2500", "CustomerRef"), ("2500", "ItemRef")],
        ),
    ],
)
def test_it_refuses_and_changes_nothing(api: Api, fields: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert api.errors("estimate", estimate() | fields) == errors
    assert api.estimates() == 0
    assert api.write("estimate", estimate())["DocNumber"] == "1001"


@pytest.mark.parametrize("status", ["Pending", "Accepted", "Rejected", "Closed", "Converted"])
def test_it_takes_every_status_an_estimate_may_have(api: Api, status: str) -> None:
    assert api.write("estimate", estimate(TxnStatus=status))["TxnStatus"] == status


def test_it_ignores_what_is_read_only(api: Api) -> None:
    made = api.write("estimate", estimate(TotalAmt=9999, SyncToken="7", MetaData={}, domain="X", status="Y"))
    assert (made["TotalAmt"], made["SyncToken"], made["domain"]) == (Decimal("35.00"), "0", "QBO")


def test_it_takes_the_address_but_not_the_email_of_the_customer(api: Api) -> None:
    customer, made = api.read("customer/1"), api.write("estimate", estimate())
    assert (made["BillAddr"], "BillEmail" in made) == (customer["BillAddr"], False)


@pytest.mark.parametrize("sparse", [True, "true"])
def test_it_takes_an_update_for_sparse_that_says_so(api: Api, sparse: Any) -> None:
    made = api.write("estimate", estimate(PrivateNote="kept"))
    change = {"Id": made["Id"], "SyncToken": "0", "sparse": sparse, "TxnStatus": "Accepted"}
    updated = api.write("estimate", change)
    assert (updated["TxnStatus"], updated["PrivateNote"]) == ("Accepted", "kept")
    customer = {"Id": "1", "SyncToken": "0", "sparse": sparse, "Notes": "x"}
    assert api.write("customer", customer)["PrimaryEmailAddr"]


def test_it_says_how_long_a_text_was(api: Api) -> None:
    error = api.call("POST", "estimate", estimate(DocNumber="x" * 45)).json()["Fault"]["Error"][0]
    assert error["Detail"].endswith("Min:0 Max:21 supported. Supplied length:45")


def test_it_changes_only_what_a_sparse_update_says(api: Api) -> None:
    made = api.write("estimate", estimate(PrivateNote="keep", CustomerMemo={"value": "keep"}, AcceptedBy="Bob"))
    change = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "TxnStatus": "Accepted", "AcceptedBy": ""}
    updated = api.write("estimate", change)
    changed = {"SyncToken": "1", "TxnStatus": "Accepted", "MetaData": updated["MetaData"]}
    assert updated == {name: value for name, value in made.items() if name != "AcceptedBy"} | changed


def test_it_forgets_what_a_full_update_leaves_out_but_not_the_number(api: Api) -> None:
    made = api.write("estimate", estimate(PrivateNote="gone", TxnDate="2026-01-05", DocNumber="A-1"))
    updated = api.write("estimate", estimate(Id=made["Id"], SyncToken="0"))
    assert "PrivateNote" not in updated
    assert (updated["DocNumber"], updated["TxnDate"], updated["SyncToken"]) == ("A-1", "2026-01-05", "1")
    api.switch(full_update_transaction_date="today")
    again = api.write("estimate", estimate(Id=made["Id"], SyncToken="1"))
    assert again["TxnDate"] == again["MetaData"]["LastUpdatedTime"][:10]


def test_it_keeps_the_sync_token_when_nothing_changes(api: Api) -> None:
    made = api.write("estimate", estimate(PrivateNote="x"))
    same = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x", "Line": made["Line"]}
    assert api.write("estimate", same) == made


def test_it_knows_lines_by_their_ids_and_gives_none_twice(api: Api) -> None:
    made = api.write("estimate", estimate(sale(1), sale(2), sale(3)))
    first, second, third = (line for line in made["Line"] if "Id" in line)
    head = {"Id": made["Id"], "sparse": True}

    lines = [second, sale(9), first | {"Id": "99"}]
    updated = api.write("estimate", {**head, "SyncToken": "0", "Line": lines})
    assert [(line.get("Id"), line.get("LineNum")) for line in updated["Line"]] == [
        ("2", 1),
        ("4", 2),
        ("5", 3),
        (None, None),
    ]
    fewer = api.write("estimate", {**head, "SyncToken": "1", "Line": [second]})
    more = api.write("estimate", {**head, "SyncToken": fewer["SyncToken"], "Line": [second, third, second]})
    assert [line.get("Id") for line in more["Line"]] == ["2", "6", "7", None]


@pytest.mark.parametrize("token", ["0", "2", "x"])
def test_it_refuses_a_sync_token_that_is_not_the_newest(api: Api, token: str) -> None:
    made = api.write("estimate", estimate())
    head = {"Id": made["Id"], "sparse": True}
    api.write("estimate", {**head, "SyncToken": "0", "PrivateNote": "newer"})

    stale = {**head, "SyncToken": token, "PrivateNote": "lost"}
    assert [code for code, _ in api.errors("estimate", stale)] == ["5010"]
    assert [code for code, _ in api.errors("estimate", stale, operation="delete")] == ["5010"]
    assert api.errors("estimate", head | {"PrivateNote": "lost"}) == [("2020", "SyncToken")]
    assert api.read(f"estimate/{made['Id']}")["PrivateNote"] == "newer"


def test_it_deletes_for_good(api: Api) -> None:
    made = api.write("estimate", estimate())
    head = {"Id": made["Id"], "SyncToken": "0"}
    deleted = api.write("estimate", head, operation="delete")
    assert deleted == {"domain": "QBO", "status": "Deleted", "Id": made["Id"]}
    assert api.call("GET", f"estimate/{made['Id']}").json()["Fault"]["Error"][0]["code"] == "610"
    assert [code for code, _ in api.errors("estimate", head, operation="delete")] == ["610"]
    assert api.query("select * from Estimate") == {}
    assert int(api.write("estimate", estimate())["Id"]) > int(made["Id"])


def test_it_has_no_void_for_estimates_but_one_for_invoices(api: Api) -> None:
    made = api.write("estimate", estimate())
    head = {"Id": made["Id"], "SyncToken": "0"}
    assert [code for code, _ in api.errors("estimate", head, operation="void")] == ["500"]

    invoice = api.write("invoice", estimate(sale(70, 2, 35), TxnDate="2026-01-15"))
    assert (invoice["Balance"], invoice["DueDate"], invoice["LinkedTxn"]) == (Decimal("70.00"), "2026-02-14", [])
    voided = api.write("invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"], voided["SyncToken"]) == (0, 0, "Voided", "1")
    assert {line["Amount"] for line in voided["Line"]} == {0}


@pytest.mark.parametrize("code", ["2500", "610"])
def test_it_refuses_an_inactive_customer_or_item(api: Api, code: str) -> None:
    api.switch(inactive_reference_code=code)
    for entity, reference in (("Customer", "CustomerRef"), ("Item", "ItemRef")):
        api.control("POST", "office", {"entity": entity, "id": "1", "changes": {"Active": False}})
        assert api.errors("estimate", estimate()) == [(code, reference)]
        api.control("POST", "office", {"entity": entity, "id": "1", "changes": {"Active": True}})
    assert api.write("estimate", estimate())


def test_it_copies_the_customers_address_and_reflows_a_changed_one(api: Api) -> None:
    address = {"Line1": "1 Quay", "City": "Bath", "CountrySubDivisionCode": "CA", "PostalCode": "94213"}
    made = api.write("estimate", estimate(ShipAddr=address))
    assert made["ShipAddr"] == {"Id": made["ShipAddr"]["Id"], **address}
    head = {"Id": made["Id"], "sparse": True}

    moved = api.write("estimate", {**head, "SyncToken": "0", "ShipAddr": address | {"Line1": "2 Quay"}})

    assert moved["ShipAddr"] == {"Id": made["ShipAddr"]["Id"], "Line1": "2 Quay", "Line2": "Bath, CA 94213"}
    assert moved["BillAddr"] == made["BillAddr"]


def test_it_keeps_an_address_as_it_is_when_an_update_repeats_it(api: Api) -> None:
    made = api.write("estimate", estimate(ShipAddr={"Line1": "1 Quay", "City": "Bath"}))
    head = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    assert api.write("estimate", {**head, "ShipAddr": made["ShipAddr"]}) == made


def test_an_invoice_is_due_by_its_terms_or_its_customers(api: Api) -> None:
    usual = api.write("invoice", estimate(TxnDate="2026-03-01"))
    assert (usual["DueDate"], "SalesTermRef" in usual) == ("2026-03-31", False)
    own = api.write("invoice", estimate(TxnDate="2026-03-01", SalesTermRef={"value": "2"}))
    assert (own["DueDate"], own["SalesTermRef"]) == ("2026-03-16", {"value": "2", "name": "Net 15"})
    api.write("customer", {"Id": "1", "SyncToken": "0", "sparse": True, "SalesTermRef": {"value": "1"}})
    copied = api.write("invoice", estimate(TxnDate="2026-03-01"))
    assert (copied["DueDate"], copied["SalesTermRef"]["value"]) == ("2026-03-01", "1")
    assert api.write("invoice", estimate(TxnDate="2026-03-01", DueDate="2026-04-01"))["DueDate"] == "2026-04-01"


@pytest.mark.parametrize(
    ("kind", "form", "error"),
    [
        ("invoice", estimate(SalesTermRef={"value": "77"}), ("2500", "SalesTermRef")),
        ("estimate", estimate(ClassRef={"value": "77"}), ("2500", "ClassRef")),
        ("estimate", estimate(sale(ClassRef={"value": "77"})), ("2500", "ClassRef")),
        ("salesreceipt", estimate(PaymentMethodRef={"value": "77"}), ("2500", "PaymentMethodRef")),
        ("refundreceipt", estimate(), ("2020", "DepositToAccountRef")),
    ],
)
def test_it_refuses_references_to_nothing(api: Api, kind: str, form: dict[str, Any], error: tuple[str, str]) -> None:
    assert api.errors(kind, form) == [error]


def test_a_voided_invoice_is_worth_nothing_with_tax_and_bundles(api: Api) -> None:
    api.switch(sales_tax="automated")
    bundle = api.write("item", {"Name": "Pair", "Type": "Group"})["Id"]
    detail = {"GroupItemRef": {"value": bundle}, "Line": [sale("10", 2, 5, TaxCodeRef={"value": "TAX"})]}
    made = api.write("invoice", estimate({"DetailType": "GroupLineDetail", "GroupLineDetail": detail}))
    assert str(made["TotalAmt"]) == "10.80"
    voided = api.write("invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="void")
    assert (voided["TotalAmt"], voided["TxnTaxDetail"]) == (0, {"TotalTax": 0})
    (inside,) = voided["Line"][0]["GroupLineDetail"]["Line"]
    assert (inside["Amount"], inside["SalesItemLineDetail"]["Qty"]) == (0, 0)
