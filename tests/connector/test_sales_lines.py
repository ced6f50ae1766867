"""Lines, discounts and charges come to the order's total to the cent, as QuickBooks adds them up."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from connector.errors import MappingError
from connector.money import line_amount, to_cents, total_of
from connector.policy import NOT_APPLICABLE, TAX_INCLUSIVE, Policy
from connector.records import Amendment, Line, Order
from connector.sales_lines import lines_of, sales_line
from tests.connector.orders import orders
from tests.connector.samples import CUSTOMER, PRODUCTS, ULID, order

VAT = {name: product | {"tax_code": "6"} for name, product in PRODUCTS.items()}
TAXED = {name: product | {"tax_code": "TAX"} for name, product in PRODUCTS.items()}
BRITAIN = Policy(united_states=False, using_sales_tax=True)
INCLUSIVE = Policy(
    united_states=False, using_sales_tax=True, tax_calculation=TAX_INCLUSIVE, tax_rates={"6": Decimal("0.2")}
)


def record(**changes: Any) -> Order:
    return Order.model_validate(order(**changes))


def sold(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in body["Line"] if line["DetailType"] == "SalesItemLineDetail"]


def taken_off(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in body["Line"] if line["DetailType"] == "DiscountLineDetail"]


def one_line(**changes: Any) -> list[dict[str, Any]]:
    return [order()["lines"][0] | {"discount": "0"} | changes]


def test_it_puts_the_discount_of_an_order_on_the_one_discount_line() -> None:
    body = lines_of(record(discount={"amount": "53.06"}, total="2000.00"), CUSTOMER, PRODUCTS, Policy())
    assert [line["Amount"] for line in sold(body)] == [Decimal("159.60"), Decimal("1861.08"), Decimal("32.38")]
    assert taken_off(body) == [
        {
            "DetailType": "DiscountLineDetail",
            "Amount": Decimal("53.06"),
            "DiscountLineDetail": {"PercentBased": False},
        }
    ]
    assert body["Line"][-1]["DetailType"] == "DiscountLineDetail"


@pytest.mark.parametrize(
    ("changes", "percent"),
    [
        ({"charges": [], "discount": {"amount": "505.17", "share": "0.25"}, "total": "1515.51"}, Decimal(25)),
        (
            {
                "lines": one_line(quantity="4", unit_price="50", amount="200.00"),
                "charges": [],
                "discount": {"amount": "2.50", "share": "0.0125"},
                "total": "197.50",
            },
            Decimal("1.25"),
        ),
        # 101.034 had to be rounded: an amount leaves no doubt.
        ({"charges": [], "discount": {"amount": "101.03", "share": "0.05"}, "total": "1919.65"}, None),
        ({"charges": [], "discount": {"amount": "101.03"}, "total": "1919.65"}, None),
        # QuickBooks would take five percent of the freight as well.
        ({"discount": {"amount": "101.03", "share": "0.05"}, "total": "1952.03"}, None),
        # What the unit price of a line can't carry stands on the same line.
        (
            {
                "lines": one_line(quantity="3", unit_price="0.33333", discount="0.3333", amount="0.67"),
                "charges": [],
                "discount": {"amount": "0.07", "share": "0.1"},
                "total": "0.60",
            },
            None,
        ),
    ],
)
def test_it_writes_percent_only_where_quickbooks_cannot_reckon_otherwise(
    changes: dict[str, Any], percent: Decimal | None
) -> None:
    wanted = record(**changes)
    body = lines_of(wanted, CUSTOMER, PRODUCTS, Policy())
    [line] = taken_off(body)
    assert line["DiscountLineDetail"].get("DiscountPercent") == percent
    assert line["DiscountLineDetail"]["PercentBased"] is (percent is not None)
    assert total_of(each["Amount"] for each in sold(body)) - line["Amount"] == wanted.total


def test_it_writes_no_discount_line_for_nothing() -> None:
    body = lines_of(record(discount={"amount": "0.00", "share": "0"}), CUSTOMER, PRODUCTS, Policy())
    assert taken_off(body) == []


def test_it_refuses_a_discount_where_the_company_has_turned_them_off() -> None:
    off = Policy(discounts_allowed=False)
    with pytest.raises(MappingError, match="discounts are turned off"):
        lines_of(record(discount={"amount": "53.06"}, total="2000.00"), CUSTOMER, PRODUCTS, off)
    assert taken_off(lines_of(record(), CUSTOMER, PRODUCTS, off)) == []


@pytest.mark.parametrize(
    ("price", "quantity", "amount"),
    [
        ("0.00123", "1000", "1.23"),
        ("14.505", "3", "43.52"),
        ("0.33333", "3", "1.00"),
        ("99999.99999", "1", "100000.00"),
        ("0.1", "10", "1.00"),
    ],
)
def test_it_keeps_every_decimal_of_a_unit_price(price: str, quantity: str, amount: str) -> None:
    lines = one_line(quantity=quantity, unit_price=price, amount=amount)
    body = lines_of(record(lines=lines, charges=[], total=amount), CUSTOMER, PRODUCTS, Policy())
    assert body["Line"][0]["SalesItemLineDetail"]["UnitPrice"] == Decimal(price)
    assert body["Line"][0]["Amount"] == Decimal(amount)


def test_it_writes_tax_codes_and_the_tax_fields_of_a_company_in_the_us() -> None:
    policy = Policy(using_sales_tax=True, default_tax_code="3")
    wanted = record(discount={"amount": "53.06"}, total="2000.00")
    body = lines_of(wanted, CUSTOMER, TAXED | {"product:90": PRODUCTS["product:90"]}, policy)
    assert [line["SalesItemLineDetail"]["TaxCodeRef"]["value"] for line in sold(body)] == ["TAX", "TAX", "NON"]
    assert body["TxnTaxDetail"] == {"TxnTaxCodeRef": {"value": "3"}}
    assert body["ApplyTaxAfterDiscount"] is True
    assert "GlobalTaxCalculation" not in body


def test_it_writes_real_tax_codes_outside_the_us() -> None:
    body = lines_of(record(), CUSTOMER, VAT, BRITAIN)
    assert [line["SalesItemLineDetail"]["TaxCodeRef"]["value"] for line in sold(body)] == ["6", "6", "6"]
    assert body["GlobalTaxCalculation"] == "TaxExcluded"
    assert set(body) == {"Line", "GlobalTaxCalculation"}


def test_it_writes_no_tax_codes_where_no_tax_applies() -> None:
    body = lines_of(record(), CUSTOMER, VAT, Policy(united_states=False, tax_calculation=NOT_APPLICABLE))
    assert all("TaxCodeRef" not in line["SalesItemLineDetail"] for line in sold(body))
    assert body["GlobalTaxCalculation"] == "NotApplicable"


def test_it_takes_tax_out_of_prices_that_include_it() -> None:
    lines = one_line(quantity="3", unit_price="101.82", amount="305.46")
    policy = Policy(
        united_states=False, using_sales_tax=True, tax_calculation=TAX_INCLUSIVE, tax_rates={"6": Decimal("0.1")}
    )
    body = lines_of(record(lines=lines, charges=[], total="305.46"), CUSTOMER, VAT, policy)
    assert body["GlobalTaxCalculation"] == "TaxInclusive"
    [line] = body["Line"]
    assert line["Amount"] == Decimal("277.69")  # as in the recorded answer of a company
    assert line["SalesItemLineDetail"]["UnitPrice"] == Decimal("92.5633333")
    assert line["SalesItemLineDetail"]["TaxInclusiveAmt"] == Decimal("305.46")


def test_it_spreads_a_discount_over_lines_whose_prices_include_tax() -> None:
    wanted = record(discount={"amount": "53.06"}, total="2000.00")
    body = lines_of(wanted, CUSTOMER, VAT, INCLUSIVE)
    assert taken_off(body) == []
    assert total_of(line["SalesItemLineDetail"]["TaxInclusiveAmt"] for line in body["Line"]) == wanted.total
    assert body["Line"][0]["Description"] == "Queso “Cabrales” (14 less 5 %) (less 4.12 of the order's discount)"


def test_it_refuses_to_split_a_price_by_a_rate_it_does_not_know() -> None:
    with pytest.raises(MappingError, match="the rate of tax code 9 is not known"):
        lines_of(record(), CUSTOMER | {"tax_code": "9"}, VAT, INCLUSIVE)


def test_it_refuses_a_quantity_that_no_unit_price_without_tax_fits() -> None:
    lines = one_line(quantity="999999.99999", unit_price="0.01001", amount="10010.00")
    with pytest.raises(MappingError, match="no unit price without tax"):
        lines_of(record(lines=lines, charges=[], total="10010.00"), CUSTOMER, VAT, INCLUSIVE)


def test_it_maps_an_amendment_like_an_order() -> None:
    wanted = record(discount={"amount": "53.06"}, total="2000.00")
    document = order(type="amendment", order=f"order:{ULID}", number=1, discount={"amount": "53.06"}, total="2000.00")
    amendment = Amendment.model_validate(document)
    assert lines_of(amendment, CUSTOMER, PRODUCTS, Policy()) == lines_of(wanted, CUSTOMER, PRODUCTS, Policy())


@given(orders())
@settings(max_examples=300, deadline=None)
def test_quickbooks_adds_up_every_sound_order_to_the_same_total(wanted: Order) -> None:
    products = {part.product: PRODUCTS["product:11"] for part in (*wanted.lines, *wanted.charges)}
    body = lines_of(wanted, CUSTOMER, products, Policy())
    for line in sold(body):
        detail = line["SalesItemLineDetail"]
        assert line["Amount"] == to_cents(detail["Qty"] * detail["UnitPrice"])  # else QuickBooks answers 6070
        assert -detail["UnitPrice"].as_tuple().exponent <= 5
    subtotal = total_of(line["Amount"] for line in sold(body))
    off = Decimal(0)
    for line in taken_off(body):
        detail = line["DiscountLineDetail"]
        off = line["Amount"]
        if detail["PercentBased"]:
            with localcontext() as context:
                context.prec = 60
                assert subtotal * detail["DiscountPercent"] / 100 == off
    assert len(taken_off(body)) <= 1
    assert subtotal - off == wanted.total


@given(orders(most_quantity=10_000), some.integers(0, 3000))
@settings(max_examples=200, deadline=None)
def test_prices_that_include_tax_keep_their_worth(wanted: Order, rate: int) -> None:
    policy = Policy(
        united_states=False,
        using_sales_tax=True,
        tax_calculation=TAX_INCLUSIVE,
        tax_rates={"6": Decimal(rate).scaleb(-4)},
    )
    products = {part.product: VAT["product:11"] for part in (*wanted.lines, *wanted.charges)}
    body = lines_of(wanted, CUSTOMER, products, policy)
    details = [line["SalesItemLineDetail"] for line in body["Line"]]
    assert total_of(detail["TaxInclusiveAmt"] for detail in details) == wanted.total
    for line, detail in zip(body["Line"], details, strict=True):
        assert line["Amount"] == to_cents(detail["Qty"] * detail["UnitPrice"])
        assert 0 <= line["Amount"] <= detail["TaxInclusiveAmt"]
        assert abs(line["Amount"] * (1 + policy.tax_rates["6"]) - detail["TaxInclusiveAmt"]) <= Decimal("0.0066")


@given(some.integers(1, 10**8), some.integers(0, 10**8), some.integers(0, 10**4))
def test_it_sends_amounts_that_quickbooks_accepts_and_that_add_up(quantity: int, price: int, discount: int) -> None:
    parts = Decimal(quantity).scaleb(-3), Decimal(price).scaleb(-4), Decimal(discount).scaleb(-4)
    worth = line_amount(*parts)
    line = Line.model_construct(
        product="product:11", name="x", quantity=parts[0], unit_price=parts[1], discount=parts[2], amount=worth
    )
    body, rest = sales_line(line, PRODUCTS["product:11"], "NON")
    detail = body["SalesItemLineDetail"]
    assert body["Amount"] == to_cents(detail["Qty"] * detail["UnitPrice"])
    assert -detail["UnitPrice"].as_tuple().exponent <= 5
    assert body["Amount"] - rest == worth
    assert rest >= 0
