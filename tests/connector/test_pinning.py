"""What a change means is decided once, by rules that know neither clock nor network."""

from dataclasses import replace
from typing import Any

import pytest

from connector.ledger import Row
from connector.pinning import pin, row_key
from connector.receipts import receipt_of
from tests.connector.samples import DATABASE, ORDER, REP, ULID, change, order

AT = "2026-11-20T10:00:00.000Z"
LATER = "2026-11-20T11:00:00.000Z"


def pinned(**changes: Any) -> Row:
    row = pin(DATABASE, change(order(**changes)), None, AT).row
    assert row is not None
    return row


def test_it_pins_a_new_order_for_posting() -> None:
    row = pinned()
    assert (row.id, row.state, row.work, row.kind) == (f"ledger:{REP}:{ULID}", "received", "post", "order")
    assert row.revision == "1-a"
    assert row.content["total"] == ORDER["total"]


def test_it_takes_the_same_content_for_what_it_is() -> None:
    row = pinned()
    assert pin(DATABASE, change(order(), "1-b"), row, LATER).row is None


def test_it_never_sends_other_content_under_the_same_id() -> None:
    row = replace(pinned(), state="posted", work=None)
    noticed = pin(DATABASE, change(order(total="1.00"), "9-fff"), row, LATER).row
    assert noticed is not None
    assert (noticed.state, noticed.work, noticed.sha256) == ("posted", "receipt", row.sha256)
    assert noticed.notice is not None
    assert noticed.notice["code"] == "changed_after_submit"
    assert pin(DATABASE, change(order(total="1.00"), "9-fff"), noticed, LATER).row is None


def test_it_holds_an_order_of_which_two_versions_arrived_and_goes_on_when_one_is_left() -> None:
    row = pin(DATABASE, change(order(), "1-b", _conflicts=["1-a"]), None, AT).row
    assert row is not None
    assert (row.state, row.work) == ("held", "receipt")
    settled = pin(DATABASE, change(order(total="2053.06"), "1-a"), replace(row, work=None), LATER).row
    assert settled is not None
    assert (settled.state, settled.work, settled.revision, settled.reason) == ("received", "post", "1-a", None)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"lines": []}, "lines"),
        ({"lines": "none"}, "lines"),
        ({"total": 2053.06}, "total"),
        ({"total": "-1"}, "total"),
        ({"kind": "wish"}, "kind"),
        ({"captured_on": "2026-02-30"}, "captured_on"),
        ({"captured_at": "yesterday"}, "captured_at"),
        ({"customer": {"id": "58", "name": "x"}}, "customer.id"),
        ({"note": "bell \u0007"}, "note"),
        ({"type": "letter"}, "type"),
        ({"lines": [ORDER["lines"][0] | {"quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [ORDER["lines"][0] | {"quantity": "1000001"}]}, "lines.0.quantity"),
        ({"lines": [ORDER["lines"][0] | {"discount": "1.01"}]}, "lines.0.discount"),
        ({"lines": ORDER["lines"][:1] * 501}, "lines"),
    ],
)
def test_it_parks_what_it_cannot_read_and_says_where(changes: dict[str, Any], where: str) -> None:
    row = pinned(**changes)
    assert (row.state, row.work) == ("parked", "receipt")
    assert row.reason is not None
    assert row.reason["code"] == "unreadable"
    assert where in row.reason["text"]


@pytest.mark.parametrize(
    "document_id", ["hello", "order:short", "note:" + ULID, "orders:" + ULID, "order:" + ULID.lower()]
)
def test_it_sets_aside_what_is_no_document_of_ours(document_id: str) -> None:
    decided = pin(DATABASE, change(order(_id=document_id)), None, AT)
    assert decided.row is None
    assert decided.letter is not None
    assert decided.letter["document"] == document_id


@pytest.mark.parametrize("document_id", ["_design/guard", "draft:" + ULID])
def test_it_leaves_alone_what_is_not_handed_in(document_id: str) -> None:
    decided = pin(DATABASE, change(order(_id=document_id)), None, AT)
    assert (decided.row, decided.letter) == (None, None)


def test_it_sets_aside_a_tombstone_it_never_saw_alive_and_notes_a_later_one() -> None:
    tombstone = change({"_id": f"order:{ULID}"}, "2-t", _deleted=True)
    assert pin(DATABASE, tombstone, None, AT).letter is not None
    noticed = pin(DATABASE, tombstone, replace(pinned(), state="posted", work=None), LATER).row
    assert noticed is not None
    assert (noticed.state, (noticed.notice or {})["code"]) == ("posted", "deleted_after_submit")


def test_it_sets_aside_a_second_document_with_the_same_ulid() -> None:
    request = {"_id": f"custreq:{ULID}", "type": "customer_request", "rep": REP}
    decided = pin(DATABASE, change(request), pinned(), AT)
    assert decided.row is None
    assert decided.letter is not None
    assert decided.letter["reason"]["code"] == "id_taken"


def test_it_sets_aside_what_is_too_large_to_be_put_on_record() -> None:
    decided = pin(DATABASE, change(order(x_photo="a" * 1_100_000)), None, AT)
    assert decided.letter is not None
    assert decided.letter["reason"]["code"] == "too_large"


def test_it_has_a_document_looked_for_that_was_answered_before() -> None:
    row = pin(DATABASE, change(order()), None, AT, receipt={"estimate": {"id": "7"}}).row
    assert row is not None
    assert row.suspect


def test_it_writes_a_receipt_again_that_says_something_else() -> None:
    row = replace(pinned(), state="posted", work=None)
    own = receipt_of(row)
    assert pin(DATABASE, change(own, "7-any"), row, LATER).row is None
    for work in (None, "receipt"):
        again = pin(DATABASE, change({**own, "state": "cancelled"}, "8-forged"), replace(row, work=work), LATER).row
        assert again is not None
        assert again.work == "receipt"
    assert pin(DATABASE, change(own, "9-gone", _deleted=True, state=None), row, LATER).row is not None


@pytest.mark.parametrize(
    ("document_id", "key"),
    [
        (f"order:{ULID}", ULID),
        (f"custreq:{ULID}", ULID),
        (f"amend:{ULID}:2", f"{ULID}:amend:2"),
        (f"cancel:{ULID}", f"{ULID}:cancel"),
        (f"receipt:{ULID}:cancel", f"{ULID}:cancel"),
    ],
)
def test_it_keys_rows_by_document(document_id: str, key: str) -> None:
    assert row_key(document_id) == key
