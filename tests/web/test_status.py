"""The status page."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.catalog import Skipped, State, States
from connector.catalog.state import LastPass
from connector.cursors import Cursor, Cursors
from connector.dead_letters import DeadLetters, dead_letter
from connector.drift import RECORD
from connector.identifiers import CUSTOMERS, OPS
from connector.letters.following import new_letter
from connector.letters.letter import Occasion, given_up
from connector.letters.store import Letters, Trouble
from connector.quickbooks import this_month
from connector.quickbooks.call_record import CallRecord
from connector.quickbooks.calls import Tally
from connector.reconciliation.results import ReconciliationResults
from connector.records import time_text
from connector.servers import connector_server
from connector.settings import Settings
from connector.territories import Allocation, TerritoryStore, overview
from tests.connector.territories.office import customer
from tests.web.conftest import People, SignIns
from tests.web.fleet_samples import at_work
from tests.web.ledger_rows import NOON, OnRecord, in_quickbooks, key_of, parked, pinned, received, ulid
from tests.web.page_text import text_of
from web import create_app
from web.unallocated import Unallocated


def test_it_says_what_is_missing_and_what_is_unknown_on_a_fresh_installation(signed_in: SignIns) -> None:
    html = signed_in("olga").get("/status").text
    text = text_of(html)
    assert "QuickBooks company none connected" in text
    assert "Connector stands still No connector has ever run here" in text
    assert "Doorbell and sweep unknown" in text
    assert "Reconciliation with QuickBooks none on record" in text
    assert "Looks at QuickBooks none yet" in text
    assert "Products and customers none yet" in text
    assert "Design documents never compared" in text
    assert "None: every order that reached the server is in QuickBooks." in text
    assert "Dead letters 0" in text
    assert "badge posted" not in html


def test_it_shows_which_couchdb_this_is(signed_in: SignIns, embedded: bool) -> None:
    text = text_of(signed_in("olga").get("/status").text)
    assert signed_in.people.installation.server.call("GET", "")["version"] in text
    assert ("embedded: demo grade" in text) is embedded


def test_it_names_the_order_that_has_waited_longest_whatever_happened_to_it_since(
    signed_in: SignIns, ledger: OnRecord
) -> None:
    oldest = parked(received(5, NOON - timedelta(days=1)), "unknown_product", "QuickBooks does not know “Chai”.")
    cancel = pinned({"_id": f"cancel:{ulid(9)}", "type": "cancellation", "rep": oldest.rep}, NOON - timedelta(days=2))
    ledger.write(oldest, received(1, NOON), cancel, in_quickbooks(received(7, NOON - timedelta(days=3)), "1042"))
    html = signed_in("olga").get("/status").text
    assert f'<a href="/orders/{key_of(oldest)}">' in html
    assert "QuickBooks does not know “Chai”." in html


def test_it_lists_dead_letters_newest_first(signed_in: SignIns, ledger: OnRecord) -> None:
    letters = [
        dead_letter(
            "orders-rbbbbbbbbbbbbbbb",
            {"id": f"note:{day}", "changes": [{"rev": "1-a"}], "doc": {"text": "<script>"}},
            f"2026-11-{day}T09:00:00.000Z",
            "unknown_document",
            f"“note:{day}” is not a document that belongs into an orders database.",
        )
        for day in (20, 21)
    ]
    DeadLetters(ledger.database).record(letters)
    html = signed_in("olga").get("/status").text
    assert "Dead letters 2" in text_of(html)
    assert 0 < html.index("“note:21”") < html.index("“note:20”")
    assert "<script>" not in html


@pytest.mark.parametrize(
    "damage",
    [
        {},
        {"reason": None, "content": [None], "at": 5},
        {"reason": "a text", "content": "]{", "database": ["x"], "at": "2026-11-20T09:00:00.000Z"},
    ],
)
def test_it_shows_a_dead_letter_that_somebody_has_damaged_and_everything_beside_it(
    signed_in: SignIns, ledger: OnRecord, damage: dict[str, Any]
) -> None:
    ledger.database.put({"_id": "dead:orders-x:note:1:1-a", "type": "dead_letter", **damage})
    answer = signed_in("olga").get("/status")
    assert answer.status_code == 200
    assert "Why dead:orders-x:note:1:1-a was set aside is not on record." in answer.text


def test_it_tells_a_connected_company_from_one_that_intuit_has_refused(signed_in: SignIns, ledger: OnRecord) -> None:
    row = {"type": "token", "schema": 1, "sealed": "SEALED", "obtained_at": "2026-11-20T09:00:00.000Z"}
    row["refresh_expires_at"] = "2027-03-01T09:00:00.000Z"
    ledger.database.put({"_id": "token:4620816365", "realm": "4620816365", **row})
    client = signed_in("olga")
    html = client.get("/status").text
    assert "4620816365 Sign-in renewed Nov 20, 2026 09:00 UTC" in text_of(html)
    assert "SEALED" not in html
    stored = ledger.database.get("token:4620816365") or {}
    ledger.database.put({**stored, "disconnected_at": "2026-11-22T09:00:00.000Z"})
    assert "4620816365 disconnected" in text_of(client.get("/status").text)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"unposted": 3}, "clean 5 h ago, 412 orders"),
        (
            {"missing": 2, "twin": 0, "late": 1, "unposted": 3},
            "2 missing, 1 not posted for too long 5 h ago, 412 orders",
        ),
    ],
    ids=["clean", "not clean"],
)
def test_it_tells_how_the_last_reconciliation_ended(
    signed_in: SignIns, ledger: OnRecord, counts: dict[str, int], words: str
) -> None:
    clean = set(counts) == {"unposted"}
    moment = time_text(datetime.now(UTC) - timedelta(hours=5, minutes=1))
    result = {
        "started_at": moment,
        "since": "2026-10-26T02:30:00.000Z",
        "orders": 412,
        "clean": clean,
        "counts": counts,
    }
    ReconciliationResults(signed_in.people.installation.server).record("nightly", {**result, "findings": []})
    html = signed_in("olga").get("/status").text
    assert f"Reconciliation with QuickBooks {words}" in text_of(html)
    assert ("<code>roadbook reconcile</code> lists" in html) is not clean


def test_it_shows_the_last_look_at_quickbooks_and_what_came_of_it(signed_in: SignIns, ledger: OnRecord) -> None:
    cursors = Cursors(ledger.database)
    looked_at = time_text(datetime.now(UTC) - timedelta(minutes=3))
    cursors.save(Cursor("462", "sales", "2026-11-20T01:00:00-08:00", looked_at, rows=2))
    client = signed_in("olga")
    assert "Sales: 3 min ago 2 rows changed." in text_of(client.get("/status").text)
    failed = replace(cursors.load("462", "sales"), problem="QuickBooks <is> away")
    cursors.save(replace(failed, unseen="what was deleted before May", unseen_at="2026-11-20T09:00:00.000Z"))
    html = client.get("/status").text
    text = text_of(html)
    assert "QuickBooks &lt;is&gt; away" in html
    assert "failed Sales: 3 min ago QuickBooks <is> away. It is tried again by itself." in text
    assert "Nov 20, 2026 09:00 UTC : what was deleted before May; roadbook reconcile finds it." in text


def test_it_does_not_claim_that_a_connector_is_alive(signed_in: SignIns, ledger: OnRecord) -> None:
    lease = {"_id": "lease:connector", "type": "lease", "schema": 1, "life": 30, "fence": 1}
    revision = ledger.database.put({**lease, "holder": "0123456789abcdef"})
    client = signed_in("olga")
    assert "has not been heard of yet" in text_of(client.get("/status").text)
    ledger.database.put({**lease, "holder": None, "_rev": revision})
    assert "the last one was stopped" in text_of(client.get("/status").text)


def test_it_counts_the_calls_to_quickbooks_of_this_month(signed_in: SignIns, ledger: OnRecord) -> None:
    assert "Calls to QuickBooks this month None are on record." in text_of(signed_in("olga").get("/status").text)
    record = CallRecord(ledger.database, "4620816365")
    record.add(this_month(), Tally(Counter({"query": 20_000, "batch": 3}), Counter({"query": 15_000, "batch": 2})), 1)
    record.add("2020-01", Tally(Counter({"cdc": 77})), 2)

    text = text_of(signed_in("olga").get("/status").text)
    assert "15000 metered reads of 4620816365, 3.0 % of the free tier" in text
    assert "batch 3 2 query 20000 15000" in text
    assert "cdc" not in text


def test_it_says_what_of_the_catalog_was_skipped_and_why(signed_in: SignIns, ledger: OnRecord) -> None:
    at = time_text(datetime.now(UTC) - timedelta(hours=2))
    skipped = Skipped("Item", "12", "Oak & <b>board</b>", "its price, 'twelve', is no number", at)
    last = LastPass(at, at, {"Item": 10, "Customer": 3}, 13)
    States(ledger.database).save(State("4711", last=last, skipped={skipped.key: skipped}))
    html = signed_in("olga").get("/status").text
    text = text_of(html)
    assert "1 skipped" in text and "all read 2 h ago" in text
    assert "its price, &#39;twelve&#39;, is no number" in html
    assert "<b>board" not in html


def test_it_counts_the_customers_that_nobody_sees(signed_in: SignIns, ledger: OnRecord) -> None:
    client = signed_in("olga")
    assert "Customers that nobody sees none" in text_of(client.get("/status").text)
    customers = signed_in.people.installation.server.database(CUSTOMERS)
    made = [customer(each, active=each != "s3") for each in ("s1", "s2", "s3")]
    revisions = {answer["id"]: answer["rev"] for answer in customers.bulk(made)}
    try:
        store = TerritoryStore(ledger.database)
        store.change_rules(territory="north")
        assert "Customers that nobody sees none" in text_of(client.get("/status").text)
        store.allocate([Allocation(customer="customer:s1", territories=(), source="manual", at=time_text(NOON))])
        html = client.get("/status").text
        assert "Customers that nobody sees 1 roadbook territory unallocated lists them." in text_of(html)
        rules = ledger.database.get("rules:territories") or {}
        ledger.database.put(rules | {"types": "Retail"})
        assert "Customers that nobody sees unknown" in text_of(client.get("/status").text)
    finally:
        customers.bulk([{"_id": key, "_rev": rev, "_deleted": True} for key, rev in revisions.items()])


def test_customers_are_read_for_that_only_where_something_has_changed(
    signed_in: SignIns, ledger: OnRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    look = overview.overview
    monkeypatch.setattr(overview, "overview", lambda *given: (looks.append(1), look(*given))[1])
    client = signed_in("olga")
    store = TerritoryStore(ledger.database)
    store.change_rules(territory="south")
    for _ in range(3):
        assert "Customers that nobody sees none" in text_of(client.get("/status").text)
    assert len(looks) == 1
    store.change_rules(territory="west")
    client.get("/status")
    assert len(looks) == 2


def test_customers_that_keep_changing_are_counted_once_a_minute(ledger: OnRecord, settings: Settings) -> None:
    server = connector_server(settings)
    TerritoryStore(ledger.database).change_rules(territory="south")
    now = [100.0]
    unallocated = Unallocated(lambda: now[0])
    assert unallocated.count(server, "allocate") == 0
    customers = server.database(CUSTOMERS)
    (made,) = customers.bulk([customer("s1")])
    try:
        assert unallocated.count(server, "allocate") == 0
        now[0] += 60
        assert unallocated.count(server, "allocate") == 1
    finally:
        customers.bulk([{"_id": made["id"], "_rev": made["rev"], "_deleted": True}])


def test_it_says_that_letters_are_off(signed_in: SignIns) -> None:
    assert "Letters off No mail server is set ( ROADBOOK_SMTP_HOST )." in text_of(signed_in("olga").get("/status").text)


def test_it_says_what_letters_wait_and_which_were_given_up_and_why(
    settings: Settings, people: People, ledger: OnRecord
) -> None:
    row = in_quickbooks(received(1), "1042")
    ledger.write(row)
    made = [new_letter(row, Occasion("order", to, "0"), time_text(NOON)) for to in ("rep", "customer")]
    letters = Letters(ledger.database)
    letters.create(made[:1])
    letters.put(given_up(made[1], "no_address", "there is no <address>", NOON))
    app = create_app(settings.model_copy(update={"roadbook_smtp_host": "mail.example"}))
    html = SignIns(app, people)("olga").get("/status").text
    assert "Letters 1 to go, 1 given up" in text_of(html)
    assert f'<a href="/orders/{key_of(row)}">RB-' in html
    assert "the order, to the customer: there is no <address>." in text_of(html)
    assert "there is no &lt;address&gt;." in html


def test_every_page_that_tells_of_the_connector_says_that_no_letter_leaves(
    signed_in: SignIns, ledger: OnRecord
) -> None:
    at_work(signed_in.people.installation.server)
    Letters(ledger.database).save_trouble(Trouble("Connection refused", "2026-11-20T09:00:00.000Z", "2026-11-20"))
    for page in ("/", "/status"):
        told = "No letter leaves since 2026-11-20 09:00 UTC: Connection refused."
        assert told in text_of(signed_in("olga").get(page).text)


@pytest.mark.parametrize(
    ("findings", "expected", "badge"),
    [
        ([], "Design documents as the files say", "posted"),
        (["ops/_design/guard was changed by hand"], "Design documents 1 differ", "parked"),
    ],
)
def test_it_shows_what_the_last_drift_check_found(
    signed_in: SignIns, findings: list[str], expected: str, badge: str
) -> None:
    ops = signed_in.people.installation.server.database(OPS)
    former = ops.get(RECORD) or {}
    body = {"type": "design_drift", "schema": 1, "at": time_text(NOON), "compared": 7}
    ops.put({**former, **body, "_id": RECORD, "count": len(findings), "findings": findings})
    html = signed_in("olga").get("/status").text
    assert expected in text_of(html) and f"badge {badge}" in html
    assert all(finding in text_of(html) for finding in findings)
    ops.delete(RECORD, str((ops.get(RECORD) or {})["_rev"]))
