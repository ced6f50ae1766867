"""Bad input gets a clear error and loses nothing: refused by the guard, parked, held or dead-lettered, never silent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from connector.errors import CouchError, Forbidden
from connector.identifiers import CONNECTOR, orders_database, ulid_of
from tests.acceptance.bad_documents import bad_documents
from tests.acceptance.company import Company
from tests.acceptance.ulids import new_ulid

DOCUMENTS = 220
SETTLED = {"posted", "parked", "held"}


def test_it_accounts_for_every_generated_bad_document(company: Company) -> None:
    """Each is offered twice: by the rep, whose guard decides, and by an admin, whom no guard stops."""
    connector = company.connector()
    unguarded = company.admin.database(orders_database(company.bob.rep))
    refused: list[str] = []
    stored: dict[str, str] = {}

    @settings(
        max_examples=DOCUMENTS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(bad_documents(company.order()))
    def offer(document: dict[str, Any]) -> None:
        try:
            company.orders.put(document)
        except Forbidden as error:
            assert ": " in error.reason, error.reason
            refused.append(document["_id"])
        except CouchError as error:
            assert error.status in (400, 409), error
            refused.append(document["_id"])
            return
        else:
            stored[document["_id"]] = ""
            return
        try:
            stored[document["_id"]] = unguarded.put(document)
        except CouchError as error:
            assert error.status in (400, 409, 413), error

    offer()
    assert len(refused) + len(stored) >= DOCUMENTS
    company.wait_until_quiet(90)
    letters = {letter["document"] for letter in company.admin.database(CONNECTOR).starting_with("dead:")}
    states: Counter[str] = Counter()
    for document in stored:
        row = company.row(document)
        if row is not None:
            assert row.state in SETTLED, (document, row.state)
            assert row.state == "posted" or (row.reason or {})["text"]
            states[row.state] += 1
        else:
            assert document in letters or document.startswith("receipt:"), document
            states["dead letter"] += 1
    assert states["parked"] > 50
    assert connector.alive()
    sound = company.hand_in()
    company.wait_for(sound)
    company.assert_exactly_one(sound)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": []}, "too_few"),
        ({"total": "1.00"}, "wrong_total"),
        ({"total": 52.44}, "bad_field"),
        ({"rep": "rccccccccccccccc"}, "wrong_rep"),
        ({"kind": "wish"}, "bad_field"),
        ({"surprise": 1}, "unknown_field"),
        ({"note": "bell \u0007"}, "bad_characters"),
    ],
)
def test_it_refuses_at_the_guard_and_says_why(company: Company, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        company.orders.put(company.order(**changes))
    assert refusal.value.reason.startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer": {"id": "customer:999999", "name": "Nobody"}}, "unknown_customer"),
        ({"currency": "EUR"}, "wrong_currency"),
        ({"line": {"product": "product:999999"}}, "unknown_product"),
        ({"repeated": True}, "repeated_line"),
    ],
)
def test_it_parks_what_only_the_catalog_shows_to_be_wrong(company: Company, changes: dict[str, Any], code: str) -> None:
    line = company.order()["lines"][0] | changes.pop("line", {})
    if changes.pop("repeated", False):
        changes |= {"lines": [line, line], "total": "104.88"}
    else:
        changes["lines"] = [line]
    orders = company.hand_in(**changes)
    company.connector()
    receipt = company.wait_for(orders, "parked")[orders[0]]
    assert receipt["reason"]["code"] == code
    assert receipt["reason"]["text"]


def test_it_posts_a_repeated_line_once_a_person_says_that_it_is_meant(company: Company) -> None:
    line = company.order()["lines"][0]
    orders = company.hand_in(lines=[line, line], total="104.88")
    company.connector()
    company.wait_for(orders, "parked")
    company.roadbook.command("order", "retry", orders[0], "--accept", "repeated_line")
    company.wait_for(orders)
    company.assert_exactly_one(orders)


def test_it_keeps_names_with_any_characters_intact(company: Company) -> None:
    name = "Käse “Nº 1” 🧀 مرحبا <b>&amp;</b> O'Neil\\"
    orders = company.hand_in(lines=[company.order()["lines"][0] | {"name": name}])
    company.connector()
    company.wait_for(orders)
    estimate = next(
        each
        for each in company.sandbox.control("GET", "estimates?full=1")
        if f" {ulid_of(orders[0])} " in each["PrivateNote"]
    )
    assert estimate["Line"][0]["Description"].startswith(name)


def test_it_never_sends_a_second_root_or_a_forged_revision_of_a_posted_order(company: Company) -> None:
    orders = company.hand_in()
    company.connector()
    company.wait_for(orders)
    forged = company.order(_id=orders[0], total="1.00")
    unguarded = company.admin.database(orders_database(company.bob.rep))
    for revision in ("1-" + "f" * 32, "9-" + "f" * 32):
        body = {"docs": [{**forged, "_rev": revision}], "new_edits": False}
        unguarded.call("POST", "_bulk_docs", body)
    company.wait_until_quiet()
    row = company.row(orders[0])
    assert row is not None
    assert row.state == "posted"
    assert (row.notice or {})["code"] == "changed_after_submit"
    assert row.content["total"] == "52.44"
    assert len(company.estimates(orders[0])) == 1


def test_it_notes_a_tombstone_and_keeps_the_estimate(company: Company) -> None:
    orders = company.hand_in()
    company.connector()
    company.wait_for(orders)
    unguarded = company.admin.database(orders_database(company.bob.rep))
    document = unguarded.get(orders[0])
    assert document is not None
    unguarded.delete(orders[0], document["_rev"])
    company.wait_until_quiet()
    row = company.row(orders[0])
    assert row is not None
    assert (row.state, (row.notice or {})["code"]) == ("posted", "deleted_after_submit")


def test_it_writes_its_receipt_again_over_a_forged_one(company: Company) -> None:
    orders = company.hand_in()
    company.connector()
    receipt = company.wait_for(orders)[orders[0]]
    with pytest.raises(Forbidden):
        company.orders.put({**receipt, "state": "cancelled"})
    unguarded = company.admin.database(orders_database(company.bob.rep))
    unguarded.put({**receipt, "state": "cancelled"})
    company.wait_for(orders)
    company.wait_until_quiet()
    restored = unguarded.get(receipt["_id"])
    assert restored is not None
    assert restored["state"] == "posted"


def test_it_holds_an_order_of_two_versions_until_one_is_left(company: Company) -> None:
    unguarded = company.admin.database(orders_database(company.bob.rep))
    document = company.order(_id=f"order:{new_ulid()}")
    versions = [
        {**document, "_rev": "1-" + "a" * 32},
        {**document, "captured_on": "2026-11-19", "_rev": "1-" + "b" * 32},
    ]
    unguarded.call("POST", "_bulk_docs", {"docs": versions, "new_edits": False})
    company.connector()
    receipts = company.wait_for([document["_id"]], "held")
    assert receipts[document["_id"]]["reason"]["code"] == "conflict"
    unguarded.delete(document["_id"], "1-" + "b" * 32)
    company.wait_for([document["_id"]])
    assert [each["TxnDate"] for each in company.estimates(document["_id"])] == ["2026-11-20"]


def test_a_document_of_nine_megabytes_stops_neither_device_nor_connector(company: Company) -> None:
    with pytest.raises(CouchError) as refusal:
        company.orders.put(company.order(x_photo="a" * 9_000_000))
    assert refusal.value.status in (403, 413)
    orders = company.hand_in()
    company.connector()
    company.wait_for(orders)
    company.assert_exactly_one(orders)
