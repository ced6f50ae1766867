"""Customers, vendors, employees, items, terms: names that are unique, and what becomes of inactive ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api
from tests.stocked_item import STOCKED


def deactivate(api: Api, path: str, entity: dict[str, Any]) -> dict[str, Any]:
    """Make an entity inactive, as an app does."""
    head = {"Id": entity["Id"], "SyncToken": entity["SyncToken"], "sparse": True}
    return api.write(path, head | {"Active": False})


def test_it_fills_in_what_a_customer_of_only_a_name_lacks(api: Api) -> None:
    made = api.write("customer", {"DisplayName": "Emily Platt"})
    assert {name: made[name] for name in made if name not in ("Id", "MetaData")} == {
        "domain": "QBO",
        "sparse": False,
        "SyncToken": "0",
        "DisplayName": "Emily Platt",
        "FullyQualifiedName": "Emily Platt",
        "PrintOnCheckName": "Emily Platt",
        "Active": True,
        "Taxable": True,
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "PreferredDeliveryMethod": "Print",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "DefaultTaxCodeRef": {"value": "2"},
    }


def test_it_puts_a_name_together_from_its_parts(api: Api) -> None:
    parts = {"Title": "Dr", "GivenName": "Emily", "FamilyName": "Platt", "Suffix": "Jr"}
    assert api.write("employee", parts)["DisplayName"] == "Dr Emily Platt Jr"


@pytest.mark.parametrize(
    ("entity", "body", "errors"),
    [
        ("customer", {}, [("6080", "DisplayName")]),
        ("customer", {"DisplayName": ""}, [("6080", "DisplayName")]),
        ("customer", {"DisplayName": "x" * 501}, [("2050", "DisplayName")]),
        ("customer", {"DisplayName": "A:B"}, [("6000", "DisplayName")]),
        ("customer", {"DisplayName": "A", "GivenName": "B\tC"}, [("6000", "GivenName")]),
        ("customer", {"DisplayName": "A", "PrimaryEmailAddr": {"Address": "a.b"}}, [("2210", "PrimaryEmailAddr")]),
        ("customer", {"DisplayName": "A", "Flavour": "x"}, [("2010", "Flavour")]),
        ("customer", {"DisplayName": "A", "source": "x"}, [("2010", "source")]),
        ("customer", {"DisplayName": "A", "CurrencyRef": {"value": "EUR"}}, [("6000", "CurrencyRef")]),
        ("customer", {"DisplayName": "A", "ParentRef": {"value": "4711"}}, [("2500", "ParentRef")]),
        ("vendor", {"DisplayName": "A", "Sku": "x"}, [("2010", "Sku")]),
        ("employee", {"DisplayName": "A", "Vendor1099": True}, [("2010", "Vendor1099")]),
        ("item", {}, [("2020", "Name")]),
        ("item", {"Name": "x" * 101}, [("2050", "Name")]),
        ("item", {"Name": "A", "Sku": "x" * 101}, [("2050", "Sku")]),
        ("item", {"Name": "A", "Type": "Thing"}, [("2170", "Type")]),
        ("item", {"Name": "A", "DisplayName": "x"}, [("2010", "DisplayName")]),
        ("item", {"Name": "A", "UnitPrice": "x"}, [("2010", "UnitPrice")]),
        (
            "item",
            {"Name": "A", "Type": "Inventory", "QtyOnHand": 1},
            [
                ("2020", "InvStartDate"),
                ("2020", "IncomeAccountRef"),
                ("2020", "ExpenseAccountRef"),
                ("2020", "AssetAccountRef"),
            ],
        ),
        ("term", {"DueDays": 5}, [("2020", "Name")]),
        ("account", {"Name": "A", "Sku": "x"}, [("2010", "Sku")]),
    ],
)
def test_it_refuses(api: Api, entity: str, body: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert api.errors(entity, body) == errors


@pytest.mark.parametrize("code", ["2010", "2050", "6240"])
def test_it_refuses_a_colon_in_a_name_with_the_code_it_is_told(api: Api, code: str) -> None:
    api.switch(forbidden_name_code=code)
    assert api.errors("customer", {"DisplayName": "A:B"}) == [(code, "DisplayName")]


@pytest.mark.parametrize("first", ["customer", "vendor", "employee"])
@pytest.mark.parametrize("second", ["customer", "vendor", "employee"])
def test_it_has_one_name_space_for_people(api: Api, first: str, second: str) -> None:
    api.write(first, {"DisplayName": "Emily Platt"})
    assert [code for code, _ in api.errors(second, {"DisplayName": "EMILY platt"})] == ["6240"]
    other = api.write(second, {"DisplayName": "Somebody"})
    renamed = {"Id": other["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "emily platt"}
    assert [code for code, _ in api.errors(second, renamed)] == ["6240"]
    assert api.write(second, renamed | {"DisplayName": "SOMEBODY"})["DisplayName"] == "SOMEBODY"


def test_it_keeps_items_apart_from_people_but_unique_among_themselves(api: Api) -> None:
    api.write("item", {"Name": "Café Ærø"})
    assert [code for code, _ in api.errors("item", {"Name": "CAFÉ ÆRØ"})] == ["6240"]
    other = api.write("item", {"Name": "Tea"})
    renamed = {"Id": other["Id"], "SyncToken": "0", "sparse": True, "Name": "café ærø"}
    assert [code for code, _ in api.errors("item", renamed)] == ["6240"]


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("customer", "Customer", "DisplayName"),
        ("vendor", "Vendor", "DisplayName"),
        ("employee", "Employee", "DisplayName"),
        ("item", "Item", "Name"),
        ("term", "Term", "Name"),
    ],
)
def test_it_marks_the_inactive_and_hides_them(api: Api, path: str, kind: str, name: str) -> None:
    made = api.write(path, {name: "Emily Platt"})
    gone = deactivate(api, path, made)
    assert (gone[name], gone["Active"], gone["SyncToken"]) == ("Emily Platt (deleted)", False, "1")
    assert gone.get("PrintOnCheckName") == made.get("PrintOnCheckName")
    assert deactivate(api, path, gone) == gone

    wanted = f"Id = '{made['Id']}'"
    assert api.query(f"select * from {kind} where {wanted}") == {}
    assert len(api.query(f"select * from {kind} where {wanted} and Active in (true, false)")[kind]) == 1
    assert api.query(f"select count(*) from {kind} where {wanted} and Active = false") == {"totalCount": 1}

    namesake = api.write(path, {name: "Emily Platt"})
    revive = {"Id": made["Id"], "SyncToken": gone["SyncToken"], "sparse": True, "Active": True}
    assert [code for code, _ in api.errors(path, revive)] == ["6240"]
    deactivate(api, path, namesake)
    assert api.write(path, revive)[name] == "Emily Platt"


def test_it_says_where_a_job_belongs(api: Api) -> None:
    parent = api.write("customer", {"DisplayName": "Freeman"})
    reference = {"value": parent["Id"]}
    job = api.write("customer", {"DisplayName": "Barn", "Job": True, "ParentRef": reference})
    assert (job["FullyQualifiedName"], job["Level"], job["Job"]) == ("Freeman:Barn", 1, True)
    for level in (2, 3, 4):
        job = api.write("customer", {"DisplayName": f"Barn {level}", "ParentRef": {"value": job["Id"]}})
    assert job["FullyQualifiedName"] == "Freeman:Barn:Barn 2:Barn 3:Barn 4"
    deepest = {"DisplayName": "Barn 5", "ParentRef": {"value": job["Id"]}}
    assert [code for code, _ in api.errors("customer", deepest)] == ["6000"]


def test_it_forgets_what_a_full_update_leaves_out_but_not_derived_names(api: Api) -> None:
    body = {"DisplayName": "Emily", "Notes": "x", "BillAddr": {"Line1": "1 Quay"}, "PrintOnCheckName": "E. Platt"}
    made = api.write("customer", body)
    head = {"Id": made["Id"], "SyncToken": "0"}

    updated = api.write("customer", head | {"DisplayName": "Emily", "BillAddr": {"Line1": "1 Quay"}})

    assert "Notes" not in updated
    assert (updated["PrintOnCheckName"], updated["BillAddr"]) == ("E. Platt", made["BillAddr"])
    kept = ("DefaultTaxCodeRef", "CurrencyRef", "Active", "Balance")
    assert {name: updated[name] for name in kept} == {name: made[name] for name in kept}
    assert [code for code, _ in api.errors("customer", head | {"DisplayName": "E"})] == ["5010"]


def test_it_ignores_what_cannot_be_written(api: Api) -> None:
    made = api.write("customer", {"DisplayName": "Emily"})
    wishes = {"Balance": 99, "FullyQualifiedName": "X", "Level": 3, "CurrencyRef": {"value": "USD"}, "sparse": True}
    assert api.write("customer", {"Id": made["Id"], "SyncToken": "0", **wishes}) == made


def test_it_reads_the_numbers_of_an_item(api: Api) -> None:
    made = api.write("item", STOCKED | {"Name": "Tea", "UnitPrice": "4.50", "QtyOnHand": "12.5", "Sku": "T-1"})
    assert (made["UnitPrice"], made["QtyOnHand"], made["TrackQtyOnHand"]) == (Decimal("4.5"), Decimal("12.5"), True)
    head = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    assert api.write("item", head | {"UnitPrice": "5.00"})["UnitPrice"] == 5


def test_it_leaves_the_sku_out_unless_it_is_named(api: Api) -> None:
    everything = api.query("select * from Item where Id = '1'")["Item"][0]
    named = api.query("select *, Sku from Item where Id = '1'")["Item"][0]
    assert named == everything | {"Sku": "BEAN-1"} == api.read("item/1")
    assert "Sku" not in everything


@pytest.mark.parametrize("path", ["term", "account", "item", "customer"])
def test_it_takes_back_whole_what_it_gave(api: Api, path: str) -> None:
    entity = api.read(f"{path}/1")
    assert api.write(path, entity) == entity


@pytest.mark.parametrize("detail", ["SalesOfProductIncome", "SuppliesMaterialsCogs", "Inventory"])
def test_it_has_the_accounts_that_stock_needs(api: Api, detail: str) -> None:
    (account,) = api.query(f"select * from Account where AccountSubType = '{detail}'")["Account"]
    assert account["AccountType"] and account["Classification"]


def test_it_never_deletes_a_name(api: Api) -> None:
    assert [code for code, _ in api.errors("customer", {"Id": "1", "SyncToken": "0"}, operation="delete")] == ["500"]
    assert api.read("customer/1")["Active"] is True


def test_the_code_of_a_customer_without_a_name_is_a_switch(api: Api) -> None:
    assert api.errors("customer", {"Notes": "x"}) == [("6080", "DisplayName")]
    api.switch(missing_name_code="2020")
    assert api.errors("customer", {"Notes": "x"}) == [("2020", "DisplayName")]
