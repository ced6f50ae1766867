"""The guard of orders-<rep id>: its arithmetic, its agreement with the schemas, and its calm with hostile documents."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from connector import money
from tests.couch_design.guards import BOB, BOBS_ACCOUNT, CHARLIE, CONNECTORS_ACCOUNT, guard, sample, schema_of

ORDERS = guard("orders")
SUBMITTED = (
    *("order", "quote_with_everything", "order_with_a_share_off", "amendment", "amendment_with_a_discount_and_tax"),
    *("cancellation", "customer_request", "draft"),
)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(max_size=30),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def decimals(most: int, places: int, least: int = 0) -> some.SearchStrategy[str]:
    """Decimal texts from least / 10^places to most, some with trailing zeros."""
    whole = some.integers(least, most * 10**places).map(lambda value: Decimal(value).scaleb(-places))
    return some.builds(
        lambda value, cut: f"{money.plain(value):f}" if cut else f"{value:.{places}f}", whole, some.booleans()
    )


@some.composite
def lines(draw: some.DrawFn) -> dict[str, Any]:
    """A line whose amount is what connector.money says."""
    quantity = draw(decimals(1_000_000, 5, least=1) | decimals(200, 5, least=1) | some.integers(1, 500).map(str))
    unit_price = draw(decimals(999_999, 5) | decimals(20, 5) | decimals(500, 2))
    discount = draw(some.just("0") | decimals(1, 4))
    amount = money.show(money.line_amount(Decimal(quantity), Decimal(unit_price), Decimal(discount)))
    product, name = f"product:{draw(some.integers(1, 9999))}", draw(names)
    return {
        "product": product,
        "name": name,
        "quantity": quantity,
        "unit_price": unit_price,
        "discount": discount,
        "amount": amount,
    }


names = some.text(
    some.characters(exclude_categories=("Cc", "Cs")) | some.sampled_from("木🌲é"), min_size=1, max_size=40
)


@some.composite
def discounts(draw: some.DrawFn, worth: Decimal, total: Decimal) -> dict[str, Any]:
    """What may be taken off an order: a share of the worth of its lines, or any amount up to its total."""
    if draw(some.booleans()):
        share = draw(decimals(1, 4))
        return {"amount": money.show(money.share_of(worth, Decimal(share))), "share": share}
    return {"amount": money.show(Decimal(draw(some.integers(0, int(total * 100)))).scaleb(-2))}


@some.composite
def orders(draw: some.DrawFn) -> dict[str, Any]:
    """An order as a device makes it."""
    found = sample("order")
    found["lines"] = draw(some.lists(lines(), min_size=1, max_size=6))
    amount = decimals(5000, 2).map(lambda text: money.show(Decimal(text)))
    charge = some.builds(lambda name, value: {"product": "product:90", "name": name, "amount": value}, names, amount)
    found["charges"] = draw(some.lists(charge, max_size=3))
    worth = money.total_of(Decimal(line["amount"]) for line in found["lines"])
    total = money.total_of([worth, *(Decimal(charge["amount"]) for charge in found["charges"])])
    off = draw(some.none() | discounts(worth, total))
    if off is not None:
        found["discount"] = off
        total -= Decimal(off["amount"])
    if draw(some.booleans()):
        found["tax"] = draw(decimals(5000, 2))
    found["total"] = money.show(total)
    found["kind"] = draw(some.sampled_from(["order", "quote"]))
    found["customer"] = {"id": f"customer:{draw(some.integers(1, 10**9))}", "name": draw(names)}
    if draw(some.booleans()):
        found["note"] = draw(some.text(some.characters(exclude_categories=("Cc", "Cs")) | some.just("\n"), max_size=80))
        found["ship_to"] = draw(some.dictionaries(some.sampled_from(["name", "street", "city", "country"]), names))
        found["deliver_on"] = str(draw(some.dates()))
    return found


@given(lines())
@settings(max_examples=250, deadline=None)
def test_it_calculates_amounts_as_the_connector_does(line: dict[str, Any]) -> None:
    right = sample("order") | {"lines": [line], "charges": [], "total": line["amount"]}
    assert ORDERS.refusal(right) is None
    more = money.show(Decimal(line["amount"]) + Decimal("0.01"))
    assert ORDERS.code(right | {"lines": [line | {"amount": more}], "total": more}) == "wrong_amount"
    if Decimal(line["amount"]):
        less = money.show(Decimal(line["amount"]) - Decimal("0.01"))
        assert ORDERS.code(right | {"lines": [line | {"amount": less}], "total": less}) == "wrong_amount"


@given(some.lists(decimals(999_999_999, 2), max_size=20))
@settings(max_examples=100, deadline=None)
def test_it_adds_totals_as_the_connector_does(amounts: list[str]) -> None:
    charges = [{"product": "product:90", "name": "Freight", "amount": amount} for amount in amounts]
    line = sample("order_by_curl")["lines"][0]
    total = money.total_of(Decimal(amount) for amount in [*amounts, line["amount"]])
    found = sample("order") | {"lines": [line], "charges": charges}
    assert ORDERS.refusal(found | {"total": money.show(total)}) is None
    assert ORDERS.code(found | {"total": money.show(total + Decimal("0.01"))}) == "wrong_total"
    assert ORDERS.code(found | {"total": money.show(total - Decimal("0.01"))}) == "wrong_total"


@given(some.lists(decimals(999_999_999, 2, least=1), min_size=1, max_size=5), decimals(1, 4))
@settings(max_examples=100, deadline=None)
def test_it_takes_shares_off_as_the_connector_does(amounts: list[str], share: str) -> None:
    line = sample("order_by_curl")["lines"][0]
    amounts = [money.show(Decimal(amount)) for amount in amounts]
    lines = [line | {"quantity": "1", "unit_price": amount, "discount": "0", "amount": amount} for amount in amounts]
    worth = money.total_of(Decimal(amount) for amount in amounts)
    off = money.share_of(worth, Decimal(share))
    found = sample("order") | {"lines": lines, "charges": []}

    def code(off: Decimal, total: Decimal) -> str | None:
        discount = {"amount": money.show(off), "share": share}
        return ORDERS.code(found | {"discount": discount, "total": money.show(total)})

    assert code(off, worth - off) is None
    assert code(off + Decimal("0.01"), max(worth - off - Decimal("0.01"), Decimal(0))) == "wrong_discount"
    if off:
        assert code(off - Decimal("0.01"), worth - off + Decimal("0.01")) == "wrong_discount"
        assert code(off, worth) == "wrong_total"


@given(some.integers(0, 10**11), some.integers(1, 10**11))
@settings(max_examples=100, deadline=None)
def test_it_takes_off_no_more_than_there_is(cents: int, more: int) -> None:
    line = sample("order_by_curl")["lines"][0]
    amount = money.show(Decimal(cents).scaleb(-2))
    lines = [line | {"quantity": "1", "unit_price": amount, "discount": "0", "amount": amount}]
    found = sample("order") | {"lines": lines, "charges": [], "total": "0.00"}
    assert ORDERS.code(found | {"discount": {"amount": amount}}) is None
    above = money.show(Decimal(cents + more).scaleb(-2))
    assert ORDERS.code(found | {"discount": {"amount": above}}) == "wrong_discount"


@given(orders())
@settings(max_examples=60, deadline=None)
def test_it_accepts_what_the_schema_accepts(found: dict[str, Any]) -> None:
    schema_of("order").validate(found)
    assert ORDERS.refusal(found) is None


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in paths_in(part, (*path, key)))]


WRONG: some.SearchStrategy[Any] = some.sampled_from(
    [
        "",
        "x" * 2000,
        "a\tb",
        "a\nb",
        "-1",
        "1e3",
        "01",
        "1.",
        ".5",
        "1.123456",
        "NaN",
        "2026-13-01",
        "product:",
        "order:1",
    ]
) | some.sampled_from([None, True, 0, 1, 1.5, -1, [], {}, [None], {"x_own": 1}, {"x_own": []}])


@given(some.sampled_from(SUBMITTED), some.data())
@settings(max_examples=400, deadline=None)
def test_it_refuses_what_the_schema_refuses(name: str, data: some.DataObject) -> None:
    found = copy.deepcopy(sample(name))
    kind = found["type"]
    for _ in range(data.draw(some.integers(1, 2))):
        path = data.draw(some.sampled_from(paths_in(found)[1:]))
        holder = found
        for step in path[:-1]:
            holder = holder[step]
        action = data.draw(some.sampled_from(["replace", "remove", "add", "json"]))
        if action == "remove":
            del holder[path[-1]]
        elif action == "add" and isinstance(holder, dict):
            holder[data.draw(some.sampled_from(["x_own", "own", "_own", "__proto__", "constructor"]))] = copy.deepcopy(
                data.draw(WRONG)
            )
        else:
            holder[path[-1]] = copy.deepcopy(data.draw(WRONG if action == "replace" else JSON))
    if not schema_of(kind).is_valid(found):
        assert ORDERS.refusal(found) is not None


KEYS = some.sampled_from(
    [
        *(
            "_id",
            "_rev",
            "_revisions",
            "_deleted",
            "_attachments",
            "type",
            "schema",
            "rep",
            "device",
            "lines",
            "charges",
        ),
        *("total", "kind", "order", "number", "customer", "captured_at"),
        *("__proto__", "toString", "hasOwnProperty", "length"),
    ]
)


@given(some.sampled_from(SUBMITTED), some.dictionaries(KEYS, JSON, max_size=5), JSON, some.booleans())
@settings(max_examples=150, deadline=None)
def test_it_stays_calm_with_hostile_documents(name: str, changes: dict[str, Any], previous: Any, rep: bool) -> None:
    refusal = ORDERS.refusal(sample(name) | changes, previous, BOBS_ACCOUNT if rep else CONNECTORS_ACCOUNT)
    assert refusal is None or not refusal.startswith("guard_error"), refusal


@given(JSON, JSON, JSON)
@settings(max_examples=150, deadline=None)
def test_it_throws_nothing_but_a_refusal_whatever_it_is_given(document: Any, previous: Any, user: Any) -> None:
    assert ORDERS.refusal(document, previous, user) is not None


@pytest.mark.parametrize(
    ("document", "user"), [(None, BOBS_ACCOUNT), (sample("order"), None)], ids=["no document", "no user"]
)
def test_it_turns_a_failure_of_its_own_into_a_refusal(document: Any, user: Any) -> None:
    assert ORDERS.code(document, None, user) == "guard_error"


@pytest.mark.parametrize(
    "found",
    [
        sample("order") | {"lines": [{}] * 300_000},
        sample("order") | {"note": "n" * 5_000_000},
        sample("order") | {"captured_at": "2026-" * 1_000_000},
        sample("order") | {"total": "9" * 2_000_000},
        sample("order") | {f"x_{number}": number for number in range(100_000)},
        sample("order") | {"_id": "order:" + "A" * 3_000_000},
        sample("order") | {"y" * 3_000_000: 1},
        sample("draft") | {"lines": [["x"] * 1000] * 500},
        sample("draft") | {"lines": "x" * 5_000_000},
    ],
    ids=["lines", "note", "time", "total", "fields", "id", "field name", "draft values", "draft text"],
)
def test_it_checks_sizes_before_it_works(found: dict[str, Any]) -> None:
    reason = ORDERS.refusal(found)
    assert reason is not None and len(reason) < 300


@pytest.mark.parametrize(
    ("roles", "database", "code"),
    [
        (["rep", f"rep:{BOB}"], f"orders-{BOB}", None),
        (["rep", f"rep:{BOB}"], "scratch-1", None),
        (["rep", f"rep:{BOB}"], None, None),
        ([f"rep:{CHARLIE}", f"rep:{BOB}"], f"orders-{BOB}", None),
        ([f"rep:{CHARLIE}", f"rep:{BOB}"], "scratch-1", "not_yours"),
        (["rep", f"rep:{CHARLIE}"], f"orders-{BOB}", "not_yours"),
        (["rep", f"rep:{CHARLIE}"], "scratch-1", "wrong_rep"),
        (["rep"], f"orders-{BOB}", "not_yours"),
        (["rep", "rep:"], "scratch-1", "wrong_rep"),
        ([], f"orders-{BOB}", "not_yours"),
        (["connector", f"rep:{BOB}"], f"orders-{BOB}", "rep_only"),
        (["_admin"], f"orders-{CHARLIE}", None),
    ],
)
def test_it_knows_the_rep_by_role_and_database(roles: list[str], database: str | None, code: str | None) -> None:
    user = {"name": "bob", "roles": roles} | ({"db": database} if database else {})
    assert ORDERS.code(sample("order"), None, user) == code


@pytest.mark.parametrize(
    ("quantity", "unit_price", "discount", "amount"),
    [
        ("128.350", "14.50", "0", "1861.08"),
        ("0.5", "0.01", "0", "0.01"),
        ("0.49999", "0.01", "0", "0.00"),
        ("1", "1.005", "0", "1.01"),
        ("1000000", "999999.99999", "0", "999999999990.00"),
        ("3", "0.33333", "0.3333", "0.67"),
        ("0.00001", "999999999999.99999", "0.9999", "1000.00"),
    ],
)
def test_it_rounds_half_up(quantity: str, unit_price: str, discount: str, amount: str) -> None:
    line = {"product": "product:1", "name": "Oak", "quantity": quantity, "unit_price": unit_price, "discount": discount}
    found = sample("order") | {"lines": [line | {"amount": amount}], "charges": [], "total": amount}
    assert money.show(money.line_amount(Decimal(quantity), Decimal(unit_price), Decimal(discount))) == amount
    assert ORDERS.refusal(found) is None


def test_it_never_repeats_what_a_document_says() -> None:
    secret = "4111111111111111"
    for path in paths_in(sample("order"))[1:]:
        found = copy.deepcopy(sample("order"))
        holder: Any = found
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = secret
        assert secret not in (ORDERS.refusal(found) or ""), json.dumps(path)
