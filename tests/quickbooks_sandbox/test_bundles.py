"""Bundles, subtotals between lines, and custom fields."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local_servers.process import ProcessError
from tests.quickbooks_sandbox.api import Api, estimate, sale


def bundle(reference: str, quantity: Any = None, **detail: Any) -> dict[str, Any]:
    """A line of a bundle."""
    number = {} if quantity is None else {"Quantity": quantity}
    return {
        "DetailType": "GroupLineDetail",
        "GroupLineDetail": {"GroupItemRef": {"value": reference}, **number, **detail},
    }


@pytest.fixture
def breakfast(api: Api) -> str:
    """A bundle of one Arabica beans (18.40) and three rye breads (3.25)."""
    members = [{"ItemRef": {"value": "1"}, "Qty": 1}, {"ItemRef": {"value": "3"}, "Qty": 3}]
    body = {"Name": "Breakfast", "Type": "Group", "ItemGroupDetail": {"ItemGroupLine": members}}
    return str(api.write("item", body)["Id"])


def test_a_bundle_opens_into_its_items(api: Api, breakfast: str) -> None:
    made = api.write("estimate", estimate(bundle(breakfast, 2), sale("10")))
    line, other, subtotal = made["Line"]
    assert (line["LineNum"], other["LineNum"], str(line["Amount"])) == (1, 2, "56.30")
    detail = line["GroupLineDetail"]
    assert (detail["GroupItemRef"]["name"], detail["Quantity"]) == ("Breakfast", 2)
    inside = [(each["SalesItemLineDetail"]["Qty"], str(each["Amount"])) for each in detail["Line"]]
    assert inside == [(2, "36.80"), (6, "19.50")]
    assert (subtotal["Amount"], made["TotalAmt"]) == (Decimal("66.30"),) * 2
    same = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Line": [line, other]}
    assert api.write("estimate", same)["SyncToken"] == "0"


def test_a_bundle_may_bring_its_own_lines_and_is_taxed_by_them(api: Api, breakfast: str) -> None:
    api.switch(sales_tax="automated")
    lines = [sale("100", TaxCodeRef={"value": "TAX"}), sale("50")]
    made = api.write("estimate", estimate(bundle(breakfast, Line=lines)))
    assert made["TotalAmt"] == Decimal("158.00")


def test_it_refuses_what_is_no_bundle(api: Api, breakfast: str) -> None:
    assert api.errors("estimate", estimate(bundle("1"))) == [("2500", "GroupItemRef")]
    assert api.errors("estimate", estimate(bundle(breakfast, "many"))) == [("2010", "Quantity")]


def test_a_subtotal_between_lines_sums_up_what_is_above(api: Api) -> None:
    subtotal = {"DetailType": "DescriptionOnly", "Description": "Subtotal:"}
    made = api.write("estimate", estimate(sale("10"), sale("5.5"), subtotal, sale("1"), subtotal))
    texts = [line["Description"] for line in made["Line"] if line["DetailType"] == "DescriptionOnly"]
    assert texts == ["Subtotal: 15.50", "Subtotal: 1.00"]
    assert made["TotalAmt"] == Decimal("16.50")


def test_every_form_has_the_companys_custom_fields(api: Api) -> None:
    own = [{"DefinitionId": "1", "Name": "Any", "Type": "StringType", "StringValue": "x"}]
    assert api.write("estimate", estimate(CustomField=own))["CustomField"] == own

    assert api.control("POST", "custom_fields", ["Crew #", "Door"]) == {"1": "Crew #", "2": "Door"}
    given = [{"DefinitionId": "2", "StringValue": "7b"}, {"DefinitionId": "3", "StringValue": "lost"}]
    made = api.write("estimate", estimate(CustomField=given))
    wanted = [
        {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"},
        {"DefinitionId": "2", "Name": "Door", "Type": "StringType", "StringValue": "7b"},
    ]
    assert made["CustomField"] == wanted
    kept = api.write("estimate", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    assert kept["CustomField"] == wanted
    prefs = api.read("preferences")["SalesFormsPrefs"]["CustomField"]
    assert prefs[1]["CustomField"][0]["StringValue"] == "Crew #"
    with pytest.raises(ProcessError, match="at most 3"):
        api.control("POST", "custom_fields", ["a", "b", "c", "d"])
