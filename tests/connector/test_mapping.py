"""Orders become bodies that QuickBooks adds up to the very same total."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connector.mapping import carries, estimate_of, marker
from connector.money import line_amount, to_cents
from connector.policy import Policy
from connector.records import Line, Order
from connector.sales_lines import sales_line
from tests.connector.samples import CUSTOMER, PRODUCTS, REP, ULID, order


def test_it_maps_lines_charges_and_notes() -> None:
    body = estimate_of(Order.model_validate(order(po_number="PO 7")), ULID, CUSTOMER, PRODUCTS, Policy())
    assert body["CustomerRef"] == {"value": "58"}
    assert body["TxnDate"] == "2026-11-20"
    assert body["TxnStatus"] == "Accepted"
    assert body["PrivateNote"] == f"{marker('order', ULID, REP)}\nPO number: PO 7"
    assert body["CustomerMemo"] == {"value": "Leave at the back door"}
    assert "DocNumber" not in body
    assert [line["Amount"] for line in body["Line"]] == [Decimal("159.60"), Decimal("1861.08"), Decimal("32.38")]
    assert body["Line"][0]["SalesItemLineDetail"]["UnitPrice"] == Decimal("13.3")
    assert body["Line"][0]["Description"] == "Queso “Cabrales” (14 less 5 %)"


def test_it_supplies_a_number_where_quickbooks_assigns_none() -> None:
    record = Order.model_validate(order())
    body = estimate_of(record, ULID, CUSTOMER, PRODUCTS, Policy(own_numbers=True))
    assert body["DocNumber"] == "RB-" + ULID[-10:]
    assert len(body["DocNumber"]) <= 21


def test_it_recognises_its_own_estimate_only() -> None:
    note = marker("quote", ULID, REP)
    assert carries({"PrivateNote": note + "\nPO number: 7"}, ULID, REP)
    assert not carries({"PrivateNote": note + "0"}, ULID, REP)
    assert not carries({"PrivateNote": "see " + note}, ULID, REP)
    assert not carries({}, ULID, REP)


@given(st.integers(1, 10**8), st.integers(0, 10**8), st.integers(0, 10**4))
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
