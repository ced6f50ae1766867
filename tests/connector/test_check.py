"""Every check names its problem, and a sound order has none."""

from typing import Any

import pytest

from connector.check import Facts, check_order, summary
from connector.policy import Policy
from connector.records import Order
from tests.connector.samples import CUSTOMER, PRODUCTS, REP, order

LINE = order()["lines"][0]
BRITAIN = Policy(united_states=False, using_sales_tax=True)


def codes(document: dict[str, Any], *, rep: str = REP, **facts: Any) -> list[str]:
    known = Facts(**({"products": PRODUCTS, "customer": CUSTOMER} | facts))
    return [problem.code for problem in check_order(Order.model_validate(document), rep, known)]


def test_it_finds_nothing_wrong_with_a_sound_order() -> None:
    assert codes(order()) == []
    assert codes(order(discount={"amount": "53.06"}, total="2000.00", tax="10.00")) == []
    assert codes(order(discount={"amount": "101.03", "share": "0.05"}, total="1952.03")) == []
    assert codes(order(discount={"amount": "2053.06"}, total="0.00")) == []


@pytest.mark.parametrize(
    ("document", "facts", "code"),
    [
        (order(), {"rep": "rccccccccccccccc"}, "wrong_rep"),
        (order(), {"customer": None}, "unknown_customer"),
        (order(customer={"id": "custreq:" + "0" * 26, "name": "New"}), {"customer": None}, "customer_not_yet"),
        (order(), {"customer": CUSTOMER | {"active": False}}, "inactive_customer"),
        (order(), {"customer": CUSTOMER | {"active": False, "deleted": True}}, "unknown_customer"),
        (order(), {"elsewhere": True}, "other_territory"),
        (order(), {"products": {}}, "unknown_product"),
        (order(), {"products": PRODUCTS | {"product:11": {"active": False, "deleted": True}}}, "unknown_product"),
        (order(), {"products": PRODUCTS | {"product:11": {"active": False, "removed": True}}}, "inactive_product"),
        (order(), {"products": PRODUCTS | {"product:11": {"active": True, "kind": "bundle"}}}, "bundle"),
        (order(), {"products": PRODUCTS | {"product:11": {"active": False}}}, "inactive_product"),
        (order(), {"products": PRODUCTS | {"product:11": {"active": True}}}, "product_without_tax"),
        (order(lines=[LINE | {"amount": "159.59"}], total="191.97"), {}, "wrong_line_amount"),
        (order(total="2053.07"), {}, "wrong_total"),
        (order(discount={"amount": "102.66", "share": "0.05"}, total="1950.40"), {}, "wrong_discount"),
        (order(discount={"amount": "2053.07"}, total="0.00"), {}, "wrong_discount"),
        (order(discount={"amount": "5.00"}), {}, "wrong_total"),
        (order(tax="5.00", total="2058.06"), {}, "wrong_total"),
        (order(currency="EUR"), {}, "wrong_currency"),
        (order(lines=[LINE, LINE], total="351.58"), {}, "repeated_line"),
    ],
)
def test_it_names_the_problem(document: dict[str, Any], facts: dict[str, Any], code: str) -> None:
    assert code in codes(document, **facts)


@pytest.mark.parametrize(
    ("policy", "code", "customer", "named"),
    [
        (BRITAIN, "6", {}, False),
        (BRITAIN, "NON", {}, True),
        (BRITAIN, "", {}, True),
        (BRITAIN, "NON", {"tax_code": "12"}, False),
        (Policy(united_states=False), "NON", {}, False),  # the company charges no tax at all
        (Policy(using_sales_tax=True), "6", {}, False),
    ],
)
def test_it_names_the_product_that_has_no_tax_code(
    policy: Policy, code: str, customer: dict[str, Any], named: bool
) -> None:
    products = {
        name: product | {"tax_code": "6", "taxable": True} | ({"tax_code": code} if name == "product:12" else {})
        for name, product in PRODUCTS.items()
    }
    facts = Facts(products, CUSTOMER | customer)
    problems = check_order(Order.model_validate(order()), REP, facts, policy=policy)
    assert [problem.code for problem in problems] == ["product_without_tax"] * named
    assert not named or "Hose, per metre" in problems[0].text


@pytest.mark.parametrize(
    ("billed", "home", "wrong"),
    [("EUR", "USD", False), (None, "EUR", False), ("USD", "EUR", True), (None, "", True), (None, "GBP", True)],
)
def test_an_order_is_in_the_currency_that_the_customer_is_billed_in(billed: str | None, home: str, wrong: bool) -> None:
    customer = {name: value for name, value in CUSTOMER.items() if name != "currency"}
    facts = Facts(PRODUCTS, customer | ({"currency": billed} if billed else {}))
    policy = Policy(multicurrency=True, home_currency=home)
    problems = check_order(Order.model_validate(order(currency="EUR")), REP, facts, policy=policy)
    assert [problem.code for problem in problems] == ["wrong_currency"] * wrong


def test_it_lets_pass_what_a_person_accepted() -> None:
    document = order(lines=[LINE, LINE], total="351.58")
    facts = Facts(PRODUCTS, CUSTOMER)
    assert check_order(Order.model_validate(document), REP, facts, frozenset({"repeated_line"})) == []


def test_it_says_all_problems_in_one_reason() -> None:
    problems = check_order(Order.model_validate(order(total="1.00")), REP, Facts({}, None))
    reason = summary(problems)
    assert reason.code == "unknown_customer"
    assert "Queso" in reason.text
    assert "1.00" in reason.text
