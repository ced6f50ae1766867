"""QuickBooks' entities as documents: what is kept, what is made fit, and what is skipped with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.catalog.customers import customer_of
from connector.catalog.fields import NAME, Unusable
from connector.catalog.lists import rules_of, settings_of, tax_of, term_of, types_of
from connector.catalog.products import is_category, product_of
from connector.catalog.standing import gone, standing
from connector.policy import Policy
from connector.settings import read_settings
from tests.connector.test_settings import GOOD
from tests.couch_design.guards import schema_of

OAK = {"Id": "11", "SyncToken": "4", "Name": "Oak board", "UnitPrice": Decimal("14.50"), "Type": "NonInventory"}
AERO = {"Id": "58", "SyncToken": "1", "DisplayName": "Café Ærø"}
LONG = "x" * 501


@pytest.mark.parametrize(
    ("item", "taxable", "code"),
    [
        ({"Taxable": True}, True, "TAX"),
        ({"Taxable": False}, False, "NON"),
        ({}, False, "NON"),
        ({"Taxable": True, "SalesTaxCodeRef": {"value": "6"}}, True, "6"),
    ],
)
def test_a_product_says_how_it_is_taxed(item: dict[str, Any], taxable: bool, code: str) -> None:
    product = product_of(OAK | item)
    assert (product["taxable"], product["tax_code"], product["unit_price"]) == (taxable, code, "14.5")
    schema_of("product").validate(product)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"FullyQualifiedName": "Wood:Boards:Oak board", "SubItem": True}, {"category": ["Wood", "Boards"]}),
        ({"FullyQualifiedName": "Oak board"}, {"category": None}),
        ({"Sku": " OAK-2 "}, {"sku": "OAK-2"}),
        ({"Sku": ""}, {"sku": None}),
        ({"QtyOnHand": 0, "TrackQtyOnHand": True, "Type": "Inventory"}, {"on_hand": "0", "kind": "product"}),
        ({"QtyOnHand": Decimal("-3.25")}, {"on_hand": "-3.25"}),
        ({"Type": "Service"}, {"kind": "charge", "on_hand": None}),
        ({"Active": False, "Name": "Oak board (deleted)"}, {"name": "Oak board", "active": False}),
        ({"Active": "false"}, {"active": False}),
        ({"Name": "Oak\tboard\x00 2\n m"}, {"name": "Oak board 2 m"}),
        ({"Name": LONG}, {"name": "x" * (NAME - 1) + "…"}),
        ({"Name": "x" * NAME}, {"name": "x" * NAME}),
        ({"Description": "one\r\ntwo\x07"}, {"description": "one\ntwo"}),
        ({"Description": "x" * 5000}, {"description": "x" * 3999 + "…"}),
        ({"UnitPrice": None}, {"unit_price": "0"}),
        ({"UnitPrice": Decimal("0.123455")}, {"unit_price": "0.12346"}),
        ({"UnitPrice": "1E+2"}, {"unit_price": "100"}),
        ({"SyncToken": None}, {"version": None}),
        ({"Type": "SomethingNew"}, {"kind": "product"}),
        ({"SalesTaxCodeRef": {"value": "a b"}}, {"tax_code": "NON"}),
        ({"SalesTaxCodeRef": "6"}, {"tax_code": "NON"}),
    ],
)
def test_a_product_is_made_fit_where_nothing_that_matters_is_lost(
    item: dict[str, Any], expected: dict[str, Any]
) -> None:
    product = product_of(OAK | item)
    assert {name: product.get(name) for name in expected} == expected
    schema_of("product").validate(product)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"Id": None}, "no id"),
        ({"Id": "1/2"}, "no id"),
        ({"Id": True}, "no id"),
        ({"Name": None}, "no name"),
        ({"Name": "\x00\t"}, "no name"),
        ({"Name": {"value": "x"}}, "no name"),
        ({"UnitPrice": "twelve"}, "price, 'twelve', is no number"),
        ({"UnitPrice": "NaN"}, "is no number"),
        ({"UnitPrice": -1}, "below zero"),
        ({"UnitPrice": 10**12}, "is no number"),
        ({"QtyOnHand": "many"}, "quantity on hand, 'many', is no number"),
        ({"Sku": "x" * 201}, "SKU has more than 200"),
        ({"Active": "perhaps"}, "neither true nor false"),
        ({"Type": "Group", "ItemGroupDetail": {"ItemGroupLine": [{"Qty": 1}]}}, "names no item"),
    ],
)
def test_a_product_is_skipped_where_something_would_be_lost(item: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        product_of(OAK | item)


def test_a_bundle_is_told_with_what_is_in_it_and_a_category_only_in_paths() -> None:
    lines = [{"ItemRef": {"value": "11", "name": "Oak board"}, "Qty": Decimal("2.0")}, {"ItemRef": {"value": "12"}}]
    bundle = product_of(OAK | {"Type": "Group", "UnitPrice": None, "ItemGroupDetail": {"ItemGroupLine": lines}})
    assert bundle["kind"] == "bundle"
    assert bundle["components"] == [
        {"product": "product:11", "quantity": "2"},
        {"product": "product:12", "quantity": "1"},
    ]
    schema_of("product").validate(bundle)
    assert is_category({"Id": "3", "Name": "Wood", "Type": "Category"})


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        ({}, {"taxable": True, "tax_code": None, "currency": None, "balance": "0.00"}),
        ({"Taxable": False}, {"taxable": False}),
        ({"Taxable": True, "DefaultTaxCodeRef": {"value": "2"}}, {"taxable": True, "tax_code": "2"}),
        ({"CurrencyRef": {"value": "EUR", "name": "Euro"}}, {"currency": "EUR"}),
        ({"Balance": Decimal("-3.5")}, {"balance": "-3.50"}),
        ({"SalesTermRef": {"value": "3"}}, {"term": "term:3"}),
        ({"CustomerTypeRef": {"value": "7"}}, {"customer_type": "Wholesale", "customer_type_id": "7"}),
        ({"CustomerTypeRef": {"value": "8"}}, {"customer_type": None, "customer_type_id": "8"}),
        (
            {"ParentRef": {"value": "5"}, "Job": True, "FullyQualifiedName": "Chain:Café Ærø"},
            {"parent": "customer:5", "job": True, "path": ["Chain"]},
        ),
        (
            {"BillAddr": {"Line1": "Havnegade 3", "Line2": "2.\ntv", "City": "Ærøskøbing", "PostalCode": "5970"}},
            {"address": {"street": "Havnegade 3, 2. tv", "city": "Ærøskøbing", "postal_code": "5970"}},
        ),
        ({"ShipAddr": {"Line1": "Kaj 1"}}, {"ship_to": {"street": "Kaj 1"}}),
        ({"GivenName": "Åse", "FamilyName": "Holm"}, {"contact": "Åse Holm"}),
        ({"PrimaryEmailAddr": {"Address": "a@b.example"}}, {"email": "a@b.example"}),
        ({"PrimaryEmailAddr": {"Address": "x" * 300}}, {"email": None}),
        ({"PrimaryPhone": "12 34"}, {"phone": None}),
        ({"Notes": "rings\ttwice\n\nalways"}, {"notes": "rings twice\n\nalways"}),
        ({"DisplayName": None, "FullyQualifiedName": "Ærø"}, {"name": "Ærø"}),
        ({"Active": False, "DisplayName": "Café Ærø (deleted)"}, {"name": "Café Ærø", "active": False}),
        ({"DisplayName": "x" * 500}, {"name": "x" * 500}),
    ],
)
def test_a_customer_says_all_that_a_rep_has_to_know(entity: dict[str, Any], expected: dict[str, Any]) -> None:
    customer = customer_of(AERO | entity, {"7": "Wholesale"})
    assert {name: customer.get(name) for name in expected} == expected
    schema_of("customer").validate(customer)


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        ({"DisplayName": ""}, "no name"),
        ({"Balance": "a lot"}, "balance, 'a lot', is no number"),
        ({"CurrencyRef": {"value": "Pounds"}}, "currency, 'Pounds', is unknown"),
        ({"CurrencyRef": {"value": 12}}, "is unknown"),
        ({"Id": "x" * 65}, "no id"),
    ],
)
def test_a_customer_is_skipped_where_something_would_be_lost(entity: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        customer_of(AERO | entity)


RATES = {"4": {"Id": "4", "Name": "20.0% S", "RateValue": 20}, "5": {"Id": "5", "Name": "PST", "RateValue": "7.5"}}


@pytest.mark.parametrize(
    ("details", "percent", "rates"),
    [
        ([], None, 0),
        ([{"TaxRateRef": {"value": "4"}}], "20", 1),
        ([{"TaxRateRef": {"value": "4"}}, {"TaxRateRef": {"value": "5"}}], "27.5", 2),
        ([{"TaxRateRef": {"value": "4"}}, {"TaxRateRef": {"value": "6"}}], None, 2),
        ([{"TaxRateRef": {"value": "4"}, "TaxTypeApplicable": "TaxOnTax"}], None, 1),
    ],
)
def test_a_tax_code_comes_with_its_rates(details: list[Any], percent: str | None, rates: int) -> None:
    code = {"Id": "2", "SyncToken": "0", "Name": "20.0% S", "SalesTaxRateList": {"TaxRateDetail": details}}
    document = tax_of(code, RATES)
    assert (document.get("percent"), len(document.get("rates", []))) == (percent, rates)
    schema_of("tax").validate(document)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ({"DueDays": 30}, {"due_days": 30}),
        ({"DueDays": 0}, {"due_days": 0}),
        (
            {"DayOfMonthDue": 15, "DueNextMonthDays": 5, "DiscountPercent": Decimal("2.5"), "DiscountDayOfMonth": 10},
            {"due_day_of_month": 15, "due_next_month_days": 5, "discount_percent": "2.5", "discount_day_of_month": 10},
        ),
    ],
)
def test_terms_say_when_money_is_due(term: dict[str, Any], expected: dict[str, Any]) -> None:
    document = term_of({"Id": "3", "Name": "Net 30"} | term)
    assert {name: document.get(name) for name in expected} == expected
    schema_of("term").validate(document)


@pytest.mark.parametrize("days", ["soon", -1, 1.5])
def test_terms_with_impossible_days_are_skipped(days: Any) -> None:
    with pytest.raises(Unusable):
        term_of({"Id": "3", "Name": "Net 30", "DueDays": days})


def test_the_settings_say_how_the_company_sells() -> None:
    preferences = {"SalesFormsPrefs": {"DefaultTerms": {"value": "3"}}}
    policy = Policy(united_states=False, using_sales_tax=True, tax_calculation="TaxInclusive", home_currency="GBP")
    settings = settings_of({"CompanyName": "Harbour Fine Foods", "Country": "GB"}, preferences, policy, {})
    assert (settings["company"], settings["country"], settings["currency"]) == ("Harbour Fine Foods", "GB", "GBP")
    assert (settings["sales_tax"], settings["term"], settings["discounts"]) == ("included", "term:3", True)
    schema_of("settings").validate(settings | {"changed_at": "2026-11-25T09:15:00.000Z"})
    assert not schema_of("settings").is_valid(settings)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, {"price_changes": False, "out_of_stock": "tell", "stock_reserve": "0"}),
        (
            {"ROADBOOK_REP_PRICES": "free", "ROADBOOK_OUT_OF_STOCK": "trim", "ROADBOOK_STOCK_RESERVE": "2.5"},
            {"price_changes": True, "out_of_stock": "trim", "stock_reserve": "2.5"},
        ),
    ],
)
def test_reps_may_do_what_the_company_lets_them(changes: dict[str, str], rules: dict[str, object]) -> None:
    company = {"CompanyName": "Harbour Fine Foods"}
    settings = settings_of(company, {}, Policy(home_currency="USD"), rules_of(read_settings(GOOD | changes)))
    assert {name: settings[name] for name in rules} == rules
    schema_of("settings").validate(settings | {"changed_at": "2026-11-25T09:15:00.000Z"})


@pytest.mark.parametrize(
    ("policy", "mode"),
    [
        (Policy(), "off"),
        (Policy(using_sales_tax=True), "by_code"),
        (Policy(using_sales_tax=True, automated_sales_tax=True), "automated"),
        (Policy(using_sales_tax=True, united_states=False), "excluded"),
        (Policy(using_sales_tax=True, united_states=False, tax_calculation="NotApplicable"), "off"),
        (Policy(using_sales_tax=False, united_states=False, tax_calculation="TaxInclusive"), "off"),
    ],
)
def test_the_settings_say_how_orders_are_taxed(policy: Policy, mode: str) -> None:
    assert settings_of({"CompanyName": "Harbour"}, {}, policy, {})["sales_tax"] == mode


def test_customer_types_without_a_name_are_left_out() -> None:
    assert types_of([{"Id": "7", "Name": "Whole\tsale"}, {"Id": "8"}, {"Id": "9", "Name": ""}]) == {"7": "Whole sale"}


def test_what_is_inactive_is_hidden_whole_or_reduced_to_its_name() -> None:
    product = product_of(OAK | {"Active": False, "Sku": "OAK-2", "Description": "two metres"})
    assert standing(product, "hide") == product
    stub = standing(product, "remove")
    assert stub == {
        "_id": "product:11",
        "type": "product",
        "schema": 1,
        "quickbooks_id": "11",
        "version": 4,
        "name": "Oak board",
        "sku": "OAK-2",
        "active": False,
        "removed": True,
    }
    schema_of("product").validate(stub)
    above = {"CustomerTypeRef": {"value": "7"}, "ParentRef": {"value": "9"}}
    customer = standing(customer_of(AERO | above | {"Active": False}, {"7": "Wholesale"}), "remove")
    schema_of("customer").validate(customer)
    assert "email" not in customer
    # It stays where it is, and so do those below it.
    placing = {"customer_type": "Wholesale", "customer_type_id": "7", "parent": "customer:9"}
    assert {name: customer[name] for name in placing} == placing
    active = product_of(OAK)
    assert standing(active, "remove") == active


def test_what_quickbooks_has_no_more_stays_and_says_so() -> None:
    product = product_of(OAK)
    ended = gone(product | {"_rev": "1-a", "picture": "sha"}, "hide")
    assert ended == product | {"active": False, "deleted": True, "picture": "sha"}
    schema_of("product").validate(ended)
    stub = gone(product, "remove")
    assert (stub["removed"], stub["deleted"], stub["active"]) == (True, True, False)
    schema_of("product").validate(stub)
