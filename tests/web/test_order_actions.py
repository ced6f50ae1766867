"""What the office does about an order on its page: held, released, linked, chosen among versions; and its way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from connector.audit import AuditTrail
from connector.by_hand import why_not_by_hand
from connector.identifiers import CATALOG, CUSTOMERS, OPS
from connector.ledger import Row
from tests.connector.samples import order
from tests.web.conftest import Installation, SignIns
from tests.web.ledger_rows import (
    UNKNOWN_PRODUCT,
    OnRecord,
    in_quickbooks,
    key_of,
    parked,
    pinned,
    received,
    stopped_by_a_product,
    ulid,
    waiting,
)
from tests.web.page_text import text_of


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
    rows = [parked(received(n), "unknown_product", UNKNOWN_PRODUCT) for n in range(25)]
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
