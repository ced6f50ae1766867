"""What the office does about an order on its page: held, released, linked, chosen among versions; and its way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from connector.audit import AuditTrail
from connector.by_hand import why_not_by_hand
from connector.couch import Database
from connector.identifiers import CATALOG, CUSTOMERS, OPS, orders_database
from connector.ledger import Row
from connector.provisioning import set_up_database
from connector.versions import Version, differences
from tests.connector.fleet.test_sequences import HERE, THERE
from tests.connector.samples import REP, order
from tests.web.conftest import Installation, SignIns
from tests.web.ledger_rows import NOON, OnRecord, in_quickbooks, key_of, parked, pinned, received, ulid, waiting
from web.order_steps import Seen, places_in, steps_of

UNKNOWN = "QuickBooks does not know the product “Queso “Cabrales””."


def text_of(html: str) -> str:
    """What a person reads of a page."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def stopped_by_a_product() -> Row:
    return parked(received(1), "unknown_product", UNKNOWN)


@pytest.fixture
def orders(installation: Installation, ledger: OnRecord) -> Iterator[Database]:
    """The database of the rep of the sample rows, without anything in it."""
    name = orders_database(REP)
    if name in installation.server.call("GET", "_all_dbs"):
        installation.server.delete_database(name)
    set_up_database(installation.server, name)
    yield installation.server.database(name)
    installation.server.delete_database(name)


def test_the_office_holds_an_order_and_its_rep_reads_why(signed_in: SignIns, ledger: OnRecord) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    client = signed_in("olga")
    answer = client.post(f"/orders/{key_of(row)}/hold", data={"why": "  Credit is\n being checked "})
    assert answer.status_code == 303
    held = ledger.read(row)
    assert (held.state, held.work) == ("held", "receipt")
    assert (held.reason or {})["text"] == "The office holds it: Credit is being checked"
    page = text_of(client.get(f"/orders/{key_of(row)}").text)
    assert "Release it" in page
    assert "Hold it" not in page
    assert client.post(f"/orders/{key_of(row)}/release").status_code == 303
    assert (ledger.read(row).state, ledger.read(row).work, ledger.read(row).look) == (
        "received",
        "post",
        "held_by_office",
    )


def test_all_that_one_thing_has_parked_is_tried_again_and_each_is_on_record(
    signed_in: SignIns, ledger: OnRecord, installation: Installation
) -> None:
    rows = [parked(received(n), "unknown_product", UNKNOWN) for n in range(25)]
    other = parked(received(99), "inactive_customer", "“Blauer See” is inactive.")
    ledger.write(*rows, other)
    answer = signed_in("olga").post("/orders/stopped/retry", data={"code": "unknown_product", "who": "office"})
    assert answer.status_code == 303
    assert {ledger.read(row).state for row in rows} == {"received"}
    assert ledger.read(other) == other
    (entry,) = AuditTrail(installation.server.database(OPS)).newest(5)
    assert (entry.action, entry.by, entry.detail["count"]) == ("order.retry_all", "olga", 25)
    assert set(entry.detail["documents"]) == {row.of for row in rows}


@pytest.mark.parametrize("why", ["", "   ", "x" * 501, "a\x00b"])
def test_it_is_not_held_without_a_word_that_the_rep_can_read(signed_in: SignIns, ledger: OnRecord, why: str) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/hold", data={"why": why})
    assert answer.status_code == 409
    assert "say why it is held" in answer.text
    assert "Nothing was changed." in answer.text
    assert ledger.read(row) == row


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (in_quickbooks(received(1), "1042"), "is posted; only what is not in QuickBooks yet can be held"),
        (replace(waiting(received(1)), sent_at="2026-11-20T12:00:02.000Z", suspect=True), "QuickBooks may have it"),
        (pinned({**order(), "_id": f"cancel:{ulid(1)}", "type": "cancellation"}), "is no order and no quote"),
        (replace(pinned({**order(), "lines": []}), work=None), "there is nothing to hold"),
    ],
    ids=["posted", "in doubt", "cancellation", "unreadable"],
)
def test_what_is_in_quickbooks_or_may_be_is_not_held(signed_in: SignIns, ledger: OnRecord, row: Row, why: str) -> None:
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/hold", data={"why": "Wait"})
    assert answer.status_code == 409
    assert why in text_of(answer.text)
    assert ledger.read(row) == row


def test_what_may_be_on_its_way_to_quickbooks_is_not_entered_by_hand(signed_in: SignIns, ledger: OnRecord) -> None:
    row = replace(waiting(received(1)), sent_at="2026-11-20T12:00:02.000Z")
    ledger.write(row)
    assert "entered-by-hand" not in signed_in("olga").get(f"/orders/{key_of(row)}").text
    assert "a second one would be a twin" in (why_not_by_hand(row) or "")
    assert why_not_by_hand(replace(row, sent_at=None)) is None
    assert why_not_by_hand(replace(row, state="parked")) is None


def test_every_action_is_on_record_with_who_did_it_before_it_is_done(
    signed_in: SignIns, ledger: OnRecord, installation: Installation
) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    client = signed_in("olga")
    client.post(f"/orders/{key_of(row)}/hold", data={"why": "Credit"})
    client.post(f"/orders/{key_of(row)}/release")
    client.post(f"/orders/{key_of(row)}/release")
    entries = AuditTrail(installation.server.database(OPS)).newest(10, None, "", "")
    assert [(each.by, each.action) for each in entries][:3] == [
        ("olga", "order.release"),
        ("olga", "order.release"),
        ("olga", "order.hold"),
    ]


def catalogue(installation: Installation) -> None:
    """Two products, one customer."""
    database = installation.server.database(CATALOG)
    for number, name, active in ((12, "Hose, per metre", True), (70, "Chaï tea", True), (71, "Chai, old", False)):
        document = {"_id": f"product:{number}", "type": "product", "schema": 1, "quickbooks_id": str(number)}
        database.put(document | {"name": name, "sku": f"SKU-{number}", "active": active, "kind": "product"})
    customer = {"_id": "customer:58", "type": "customer", "schema": 1, "quickbooks_id": "58", "name": "Café Ærø & Søn"}
    installation.server.database(CUSTOMERS).put(customer | {"active": True})


@pytest.fixture
def catalog(installation: Installation, ledger: OnRecord) -> Iterator[Installation]:
    """An installation with a few products and a customer; the next test begins without them."""
    catalogue(installation)
    yield installation
    for name in (CATALOG, CUSTOMERS):
        database = installation.server.database(name)
        for row in database.call("GET", "_all_docs")["rows"]:
            if not row["id"].startswith("_design/"):
                database.delete(row["id"], row["value"]["rev"])


def test_the_office_finds_the_product_that_is_meant_and_links_it(
    signed_in: SignIns, ledger: OnRecord, catalog: Installation
) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    client = signed_in("olga")
    page = client.get(f"/orders/{key_of(row)}").text
    assert "Queso “Cabrales” is not known to QuickBooks" in text_of(page)
    assert "Hose, per metre is" not in text_of(page)
    [search] = re.findall(r'href="([^"]+/means\?this=product:11[^"]*)"', page)
    assert client.get(unescape(search)).status_code == 200
    found = client.get(f"/orders/{key_of(row)}/means?this=product:11&words=CHAI sku").text
    assert re.findall(r'name="means" value="([^"]+)"', found) == ["product:70"]
    answer = client.post(f"/orders/{key_of(row)}/means", data={"this": "product:11", "means": "product:70"})
    assert answer.status_code == 303
    linked = ledger.read(row)
    assert (linked.links, linked.state, linked.look) == ({"product:11": "product:70"}, "received", "unknown_product")
    assert "product:11 is product:70" in text_of(client.get(f"/orders/{key_of(row)}").text)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"this": "product:11", "means": "product:71"}, "product:71 is inactive in QuickBooks"),
        ({"this": "product:11", "means": "product:404"}, "product:404 is not known to QuickBooks"),
        ({"this": "product:11", "means": "customer:58"}, "customer:58 cannot stand for product:11"),
        ({"this": "product:11", "means": ""}, "nothing cannot stand for product:11"),
        ({"this": "product:70", "means": "product:12"}, "does not name product:70"),
        ({"this": "", "means": "product:12"}, "does not name"),
        ({}, "does not name"),
    ],
)
def test_nothing_is_linked_that_would_not_do(
    signed_in: SignIns, ledger: OnRecord, catalog: Installation, form: dict[str, str], why: str
) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/means", data=form)
    assert answer.status_code == 409
    assert why in text_of(answer.text)
    assert ledger.read(row) == row


def two_versions(orders: Database) -> tuple[Row, list[str]]:
    """A row held for a conflict, and the revisions of its document, the one that wins first."""
    cheap = {**order(), "_id": f"order:{ulid(1)}"}
    dear = {**cheap, "note": "Twice as much", "total": "4106.12"}
    revisions = ["1-" + "b" * 32, "1-" + "a" * 32]
    leaves = [
        {**document, "_rev": revision, "_revisions": {"start": 1, "ids": [revision[2:]]}}
        for revision, document in zip(revisions, (cheap, dear), strict=True)
    ]
    orders.call("POST", "_bulk_docs", {"docs": leaves, "new_edits": False})
    stored = orders.get(cheap["_id"], conflicts="true")
    assert stored is not None
    assert stored["_rev"] == revisions[0]
    return pinned(stored, NOON), revisions


@pytest.mark.parametrize("chosen", [0, 1])
def test_versions_are_side_by_side_and_the_chosen_one_is_the_only_one_left(
    signed_in: SignIns, ledger: OnRecord, orders: Database, chosen: int
) -> None:
    row, revisions = two_versions(orders)
    ledger.write(row)
    client = signed_in("olga")
    assert "Compare the versions and choose" in client.get(f"/orders/{key_of(row)}").text
    page = client.get(f"/orders/{key_of(row)}/versions").text
    assert re.search(r"note \S.* Twice as much", text_of(page))
    assert "total 2053.06 4106.12" in text_of(page)
    assert re.findall(r'name="version" value="([^"]+)"', page) == revisions
    answer = client.post(f"/orders/{key_of(row)}/versions", data={"version": revisions, "chosen": revisions[chosen]})
    assert answer.status_code == 303
    stored = orders.get(row.of, conflicts="true")
    assert stored is not None
    assert "_conflicts" not in stored
    assert stored["total"] == ("2053.06", "4106.12")[chosen]
    assert stored["_rev"].startswith("2-")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({}, "Somebody was faster"),
        ({"version": ["1-" + "b" * 32], "chosen": "1-" + "b" * 32}, "Somebody was faster"),
        ({"version": ["1-" + "b" * 32, "1-" + "a" * 32], "chosen": "1-" + "c" * 32}, "has no version"),
        ({"version": ["1-" + "b" * 32, "1-" + "a" * 32]}, "has no version"),
    ],
)
def test_no_version_is_deleted_that_nobody_decided_about(
    signed_in: SignIns, ledger: OnRecord, orders: Database, form: dict[str, Any], why: str
) -> None:
    row, revisions = two_versions(orders)
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/versions", data=form)
    assert answer.status_code == 409
    assert why in answer.text
    stored = orders.get(row.of, conflicts="true")
    assert stored is not None
    assert [stored["_rev"], *stored["_conflicts"]] == revisions


def test_the_chosen_version_is_on_the_server_before_another_one_is_deleted(
    signed_in: SignIns, ledger: OnRecord, orders: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, revisions = two_versions(orders)
    ledger.write(row)

    def dies(self: Database, documents: Any) -> Any:
        raise AssertionError("killed before the others were deleted")

    monkeypatch.setattr(Database, "bulk", dies)
    client = signed_in("olga")
    with pytest.raises(AssertionError):
        client.post(f"/orders/{key_of(row)}/versions", data={"version": revisions, "chosen": revisions[1]})
    monkeypatch.undo()
    stored = orders.get(row.of, conflicts="true")
    assert stored is not None
    assert (stored["total"], stored["_conflicts"]) == ("4106.12", [revisions[0]])
    now = [stored["_rev"], *stored["_conflicts"]]
    answer = client.post(f"/orders/{key_of(row)}/versions", data={"version": now, "chosen": now[0]})
    assert answer.status_code == 303
    assert "_conflicts" not in (orders.get(row.of, conflicts="true") or {})


@pytest.mark.parametrize(
    ("contents", "names"),
    [
        ([{"a": 1}, {"a": 1}], []),
        ([{"a": 1}, {"a": 2, "b": "x"}], ["a", "b"]),
        ([{"lines": [{"quantity": "1"}]}, {"lines": [{"quantity": "2"}]}], ["line 1: quantity"]),
        ([{"lines": [{"quantity": "1"}]}, {"lines": []}], ["line 1"]),
        ([{"lines": [{"a": 1}, {"a": 2}]}, {"lines": [{"a": 1}]}], ["line 2"]),
        ([{"lines": "<b>"}, {"lines": [None]}], ["lines", "line 1"]),
        ([{"ship_to": {"city": "A"}}, {"ship_to": {"city": "B"}}], ["ship to: city"]),
    ],
)
def test_it_names_the_fields_in_which_versions_differ(contents: list[dict[str, Any]], names: list[str]) -> None:
    versions = [Version(str(n), content, n == 0) for n, content in enumerate(contents)]
    assert [each.name for each in differences(versions)] == names


def way(page: str) -> list[str]:
    """The steps on an order's page, each as its state and what is said of it."""
    [part] = re.findall(r'<ol class="way">(.*?)</ol>', page, re.DOTALL)
    return [f"{state}: {text_of(step)}" for state, step in re.findall(r'<li class="(\w+)">(.*?)</li>', part, re.DOTALL)]


def test_an_orders_way_says_what_is_known_and_what_is_not(
    signed_in: SignIns, ledger: OnRecord, orders: Database
) -> None:
    row = replace(in_quickbooks(received(1), "1042"), receipt_revision="1-x")
    ledger.write(row, stopped_by_a_product_of(2))
    client = signed_in("olga")
    assert way(client.get(f"/orders/{key_of(row)}").text) == [
        "done: Captured Nov 20, 2026 09:15:00 UTC on van-phone",
        "done: On the server Nov 20, 2026 12:00:00 UTC",
        "done: Checked Nov 20, 2026 12:00:03 UTC",
        "done: Sent Nov 20, 2026 12:00:03 UTC",
        "done: In QuickBooks Nov 20, 2026 12:00:03 UTC",
        "unknown: Seen by the device not known: no device has left a mark here",
    ]
    assert way(client.get(f"/orders/{key_of(stopped_by_a_product_of(2))}").text)[2:] == [
        "stopped: Checked Nov 20, 2026 12:00:01 UTC stopped here",
        "open: Sent not yet",
        "open: In QuickBooks not yet",
        "open: Seen by the device not yet the answer is not written yet",
    ]


def stopped_by_a_product_of(number: int) -> Row:
    return parked(received(number), "unknown_product", UNKNOWN)


def checkpoint(orders: Database, name: str, place: Any) -> None:
    """What a device leaves in the rep's database when it has pulled up to a place."""
    orders.put({"_id": f"_local/{name}", "session_id": "s", "last_seq": place, "history": [{"last_seq": place}]})


def test_a_device_has_seen_the_answer_once_its_checkpoint_has_passed_it(
    signed_in: SignIns, ledger: OnRecord, orders: Database
) -> None:
    row = in_quickbooks(received(1), "1042")
    before = str(orders.info()["update_seq"])
    revision = orders.put({"_id": f"receipt:{ulid(1)}", "type": "receipt"})
    ledger.write(replace(row, receipt_revision=revision))
    client = signed_in("olga")
    checkpoint(orders, "pushed", 257)  # a number is the device's own sequence and says nothing here
    assert way(client.get(f"/orders/{key_of(row)}").text)[-1].startswith("unknown: ")
    checkpoint(orders, "one", before)
    assert way(client.get(f"/orders/{key_of(row)}").text)[-1].startswith(
        "open: Seen by the device not yet no device has loaded the newest answer yet"
    )
    checkpoint(orders, "two", str(orders.info()["update_seq"]))
    assert way(client.get(f"/orders/{key_of(row)}").text)[-1] == (
        "done: Seen by the device 1 of 2 devices have loaded the newest answer"
    )


def test_an_older_answer_that_a_device_has_loaded_is_not_the_one_still_to_be_written() -> None:
    row = replace(in_quickbooks(received(1), "1042"), receipt_revision="1-x")
    seen = Seen("yes", 1, 1)
    assert steps_of(row, seen)[-1].state == "done"
    step = steps_of(replace(row, work="receipt"), seen)[-1]
    assert (step.state, step.said) == ("open", "the answer is not written yet")


def test_how_far_a_couchdb_has_pushed_its_own_orders_says_nothing_of_what_it_has_seen() -> None:
    pull = {"session_id": "s", "source_last_seq": HERE}
    push = {"session_id": "s", "source_last_seq": THERE}
    assert places_in([pull, push], HERE) == [HERE]


def test_the_json_behind_an_order_is_what_is_stored(signed_in: SignIns, ledger: OnRecord, orders: Database) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    orders.put({"_id": f"receipt:{ulid(1)}", "type": "receipt", "state": "parked"})
    found = signed_in("olga").get(f"/orders/{key_of(row)}/json").json
    assert found is not None
    assert found["ledger"]["content"] == row.content
    assert found["document"] is None
    assert found["receipt"]["state"] == "parked"


def test_what_was_typed_stays_where_it_could_not_be_done(signed_in: SignIns, ledger: OnRecord) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/entered-by-hand", data={"number": "x" * 30})
    assert answer.status_code == 409
    assert "a number in QuickBooks has 1 to 21 characters" in answer.text
    assert f'name="number" value="{"x" * 30}"' in answer.text


def test_without_a_connected_company_nothing_is_put_down_as_entered(signed_in: SignIns, ledger: OnRecord) -> None:
    row = stopped_by_a_product()
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/entered-by-hand", data={"number": "1042"})
    assert answer.status_code == 502
    assert "QuickBooks could not be asked" in answer.text
    assert ledger.read(row) == row
