"""The benchmark's orders are orders like any other."""

from __future__ import annotations

from benchmarks.orders import LINES, new_ulid, order_of
from connector.check import check_arithmetic, check_repeats
from connector.identifiers import ULID, new_rep_id
from connector.records import Order, read_document

PRODUCTS = [
    {"_id": f"product:{number}", "name": f"Product {number}", "unit_price": f"{number}.35"} for number in range(1, 5)
]
CUSTOMERS = [{"_id": "customer:1", "name": "Café Ærø"}, {"_id": "customer:2", "name": "O'Leary & Sons"}]


def test_it_makes_orders_that_pass_every_check_of_their_own() -> None:
    rep = new_rep_id()
    for number in range(200):
        record = read_document(order_of(number, rep, PRODUCTS, CUSTOMERS))
        assert isinstance(record, Order)
        assert len(record.lines) == LINES
        assert check_arithmetic(record) == check_repeats(record) == []


def test_it_gives_every_order_a_ulid_of_its_own() -> None:
    ulids = {new_ulid() for _ in range(1000)}
    assert len(ulids) == 1000
    assert all(ULID.fullmatch(ulid) for ulid in ulids)


def test_it_takes_products_and_customers_in_turn() -> None:
    orders = [order_of(number, new_rep_id(), PRODUCTS, CUSTOMERS) for number in range(8)]
    assert {order["customer"]["id"] for order in orders} == {"customer:1", "customer:2"}
    assert {line["product"] for order in orders for line in order["lines"]} == {each["_id"] for each in PRODUCTS}
