"""Orders become bodies that QuickBooks adds up to the very same total."""

from decimal import Decimal

from connector.mapping import carries, estimate_of, marker
from connector.policy import Policy
from connector.records import Order
from tests.connector.samples import CUSTOMER, PRODUCTS, REP, ULID, order


def test_it_maps_lines_charges_and_notes() -> None:
    body = estimate_of(Order.model_validate(order(po_number="PO 7")), ULID, CUSTOMER, PRODUCTS, Policy())
    assert body["CustomerRef"] == {"value": "58"}
    assert body["TxnDate"] == "2026-11-20"
    assert body["TxnStatus"] == "Accepted"
    assert body["PrivateNote"] == f"{marker('order', ULID, REP)}\nPO number: PO 7"
    assert body["CustomerMemo"] == {"value": "Leave at the back door"}
    assert "DocNumber" not in body
    assert f" RB-{ULID[-10:]} " in body["PrivateNote"]
    assert [line["Amount"] for line in body["Line"]] == [Decimal("159.60"), Decimal("1861.08"), Decimal("32.38")]
    assert body["Line"][0]["SalesItemLineDetail"]["UnitPrice"] == Decimal("13.3")
    assert body["Line"][0]["Description"] == "Queso “Cabrales” (14 less 5 %)"


def test_the_private_note_says_who_signed_and_when() -> None:
    signature = {"path": "M1 2l3 4", "width": 300, "height": 180, "signed_at": "2026-11-20T16:44:58.120Z"}
    for name, expected in (
        ({}, "Signed on 2026-11-20"),
        ({"signed_by": "Ada Møller"}, "Signed by Ada Møller on 2026-11-20"),
    ):
        record = Order.model_validate(order(signature=signature | name))
        body = estimate_of(record, ULID, CUSTOMER, PRODUCTS, Policy())
        assert body["PrivateNote"].split("\n")[1:] == [expected]


def test_it_supplies_a_number_where_quickbooks_assigns_none() -> None:
    record = Order.model_validate(order())
    body = estimate_of(record, ULID, CUSTOMER, PRODUCTS, Policy(own_numbers=True))
    assert body["DocNumber"] == "RB-" + ULID[-10:]
    assert len(body["DocNumber"]) <= 21
    assert f" RB-{ULID[-10:]} " in body["PrivateNote"]


def test_it_names_the_currency_where_there_are_several() -> None:
    record = Order.model_validate(order(currency="EUR"))
    body = estimate_of(record, ULID, CUSTOMER | {"currency": "EUR"}, PRODUCTS, Policy(multicurrency=True))
    assert body["CurrencyRef"] == {"value": "EUR"}
    assert "ExchangeRate" not in body
    assert "CurrencyRef" not in estimate_of(record, ULID, CUSTOMER, PRODUCTS, Policy())


def test_it_recognises_its_own_estimate_only() -> None:
    note = marker("quote", ULID, REP)
    assert carries({"PrivateNote": note + "\nPO number: 7"}, ULID, REP)
    assert not carries({"PrivateNote": note + "0"}, ULID, REP)
    assert not carries({"PrivateNote": "see " + note}, ULID, REP)
    assert not carries({}, ULID, REP)
