"""Finding orders: filters, search and days, asked of views."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from connector.couch import Database
from connector.registry import Registry
from tests.connector.samples import REP
from tests.web.conftest import SignIns
from tests.web.ledger_rows import NOON, OnRecord, in_quickbooks, parked, received, ulid, waiting
from web.order_listing import Filters, Listing, stopped

OTHER = "raaaaaaaaaaaaaaa"
BAKER = {"id": "customer:7", "name": "Bäckerei Übermut"}


def number(of: int) -> str:
    """The order number of a sample row."""
    return f"RB-{ulid(of)[-10:]}"


@pytest.fixture
def find(ledger: OnRecord) -> Callable[..., list[str]]:
    """The numbers that some filters find, newest first, among eight documents of two reps on two days."""
    later = NOON + timedelta(days=1)
    ledger.write(
        received(1, NOON),
        in_quickbooks(received(2, NOON + timedelta(minutes=1)), "1042"),
        parked(received(3, NOON + timedelta(minutes=2), customer=BAKER), "unknown_product", "No “Chai”."),
        waiting(received(4, NOON + timedelta(minutes=3), rep=OTHER)),
        received(5, later, rep=OTHER, customer=BAKER, po_number="PO-77"),
        in_quickbooks(received(6, later + timedelta(minutes=1), rep=OTHER), "1043"),
    )

    def numbers(**filters: str) -> list[str]:
        return [each.number for each in Listing(ledger.database, Filters(**filters)).page().orders]

    return numbers


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"state": "posted"}, [6, 2]),
        ({"rep": OTHER}, [6, 5, 4]),
        ({"rep": OTHER, "state": "posted"}, [6]),
        ({"customer": "customer:7"}, [5, 3]),
        ({"customer": "customer:7", "state": "parked"}, [3]),
        ({"customer": "customer:7", "rep": OTHER}, [5]),
        ({"customer": "customer:7", "rep": OTHER, "state": "posted"}, []),
        ({"day": "2026-11-20"}, [4, 3, 2, 1]),
        ({"day": "2026-11-21", "state": "posted"}, [6]),
        ({"day": "2026-11-22"}, []),
        ({"search": number(3)}, [3]),
        ({"search": number(3).lower()}, [3]),
        ({"search": number(3).removeprefix("RB-")}, [3]),
        ({"search": f"order:{ulid(3)}"}, [3]),
        ({"search": "1042"}, [2]),
        ({"search": "estimate 1043"}, [6]),
        ({"search": "104"}, [6, 2]),
        ({"search": "104", "rep": OTHER}, [6]),
        ({"search": "po-77"}, [5]),
        ({"search": "Bäck"}, [5, 3]),
        ({"search": "bäckerei über"}, [5, 3]),
        ({"search": "übermut"}, [5, 3]),
        ({"search": "übermut", "customer": "customer:7", "state": "parked"}, [3]),
        ({"search": "übermut", "day": "2026-11-21"}, [5]),
        ({"search": "nobody"}, []),
        ({"search": "%"}, []),
        ({"search": "\ufff0"}, []),
    ],
)
def test_it_finds_what_the_filters_ask_for(
    find: Callable[..., list[str]], filters: dict[str, str], expected: list[int]
) -> None:
    assert find(**filters) == [number(each) for each in expected]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"received": 2, "posted": 2, "parked": 1, "waiting": 1}),
        ({"rep": OTHER}, {"received": 1, "posted": 1, "waiting": 1}),
        ({"rep": OTHER, "state": "posted"}, {"received": 1, "posted": 1, "waiting": 1}),
        ({"customer": "customer:7"}, {"received": 1, "parked": 1}),
        ({"day": "2026-11-20"}, {"received": 1, "posted": 1, "parked": 1, "waiting": 1}),
        ({"search": "104"}, {"posted": 2}),
    ],
)
def test_it_counts_the_states_with_the_other_filters_in_force(
    find: Callable[..., list[str]], ledger: OnRecord, filters: dict[str, str], expected: dict[str, int]
) -> None:
    counts = Listing(ledger.database, Filters(**filters)).counts()
    assert {each.state: each.count for each in counts if each.count} == expected


def test_it_knows_reps_by_the_name_of_their_account(signed_in: SignIns, ledger: OnRecord) -> None:
    bob = Registry(ledger.database).create("bob", "north")
    ledger.write(received(1, rep=bob.rep), received(2))
    client = signed_in("olga")
    page = client.get("/orders?rep=bob").text
    assert number(1) in page
    assert number(2) not in page
    assert '<option value="bob">' in page
    assert "There is no rep called invented." in client.get("/orders?rep=invented").text


@pytest.mark.parametrize(
    "address", ["day=yesterday", "day=2026-13-99T", "rep=" + "x" * 500, "search=" + "y" * 5000, "before=x", "after=%00"]
)
def test_it_answers_to_any_address(signed_in: SignIns, ledger: OnRecord, address: str) -> None:
    ledger.write(received(1))
    assert signed_in("olga").get(f"/orders?{address}").status_code == 200


def test_it_groups_what_is_stopped_by_its_reason_with_the_repair_beside_it(
    signed_in: SignIns, ledger: OnRecord
) -> None:
    ledger.write(
        *(parked(received(n), "unknown_product", "QuickBooks does not know the product “Chai”.") for n in (1, 2)),
        parked(received(3), "repeated_line", "The line stands on the order 2 times.", "rep"),
        parked(received(4), "6540", "The document is already deposited and cannot be changed."),
        received(5),
    )
    found = [(each.code, each.count) for each in stopped(ledger.database, 20)]
    assert found == [("unknown_product", 2), ("6540", 1), ("repeated_line", 1)]
    text = " ".join(re.sub(r"<[^>]+>", " ", signed_in("olga").get("/orders/stopped").text).split())
    assert "A product is not known to QuickBooks 2 Make it there and try again" in text
    assert "already deposited and cannot be changed (code 6540) 1" in text
    assert number(5) not in text


def test_all_that_the_same_thing_stops_is_tried_again_at_once(signed_in: SignIns, ledger: OnRecord) -> None:
    alike = [parked(received(n), "unknown_product", "QuickBooks does not know “Chai”.") for n in (1, 2)]
    other = parked(received(3), "repeated_line", "The line stands on the order 2 times.", "rep")
    hopeless = parked(received(4), "unreadable", "The document cannot be read.")
    ledger.write(*alike, other, hopeless)
    client = signed_in("olga")
    page = client.get("/orders/stopped").text
    assert page.count("Try all 2 again") == 1
    assert page.count("Try it again") == 1  # not for the one that stays unreadable
    form = {"code": "unknown_product", "who": "office"}
    assert client.post("/orders/stopped/retry", data=form).status_code == 303
    assert [ledger.read(row).state for row in (*alike, other, hopeless)] == ["received"] * 2 + ["parked"] * 2
    assert client.post("/orders/stopped/retry", data=form).status_code == 409
    assert client.post("/orders/stopped/retry", data={"code": "unreadable", "who": "office"}).status_code == 409


def test_it_asks_for_a_page_of_documents_and_no_more(ledger: OnRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.write(*(received(n, NOON + timedelta(seconds=n)) for n in range(120)))
    read: list[int] = []
    original = Database.call

    def counting(self: Database, method: str, path: str = "", body: object = None, **parameters: object) -> object:
        answer = original(self, method, path, body, **parameters)
        read.extend(1 for row in (answer.get("rows") or []) if row.get("doc")) if isinstance(answer, dict) else None
        return answer

    monkeypatch.setattr(Database, "call", counting)
    page = Listing(ledger.database, Filters(rep=REP)).page()
    assert len(page.orders) == 50
    assert len(read) == 50


def test_an_account_that_was_another_reps_before_leads_to_that_reps_orders_too(
    signed_in: SignIns, ledger: OnRecord
) -> None:
    registry = Registry(ledger.database)
    former = registry.move(registry.create("kim", "north"), "disabled")
    now = registry.create("kim", "south")
    ledger.write(received(1, rep=former.rep), received(2, NOON + timedelta(minutes=1), rep=now.rep))
    client = signed_in("olga")
    for words in ("", "&search=café"):
        page = client.get(f"/orders?rep=kim{words}").text
        assert number(2) in page and number(1) not in page
        assert "The account kim was another" in page
    link = re.search(rf'href="([^"]+)">{former.rep}</a>', page)
    assert link is not None
    assert number(1) in client.get(link[1].replace("&amp;", "&")).text
