"""`connector.quickbooks.calls` and `call_record`: every call counted once, by kind and month, and saved."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.errors import CouchUnreachable, QuickBooksFault
from connector.quickbooks import BatchItem, BatchOutcome, Connection
from connector.quickbooks.call_record import SAVERS_KEPT, CallRecord, months
from connector.quickbooks.calls import SAVE_EVERY, Calls, Tally, item_kind, kind_of

REALM = "913"
COMPANY = f"https://quickbooks.api.intuit.com/v3/company/{REALM}"


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "estimate/177", "read"),
        ("GET", "preferences", "read"),
        ("GET", f"companyinfo/{REALM}", "read"),
        ("GET", "estimate/177/pdf", "read"),
        ("POST", "query", "query"),
        ("GET", "query?query=select", "query"),
        ("GET", "cdc?entities=Estimate", "cdc"),
        ("GET", "reports/BalanceSheet", "report"),
        ("POST", "batch", "batch"),
        ("POST", "estimate", "write:estimate"),
        ("POST", "estimate?operation=delete", "write:estimate"),
        ("POST", "estimate/177/send", "write:estimate"),
        ("POST", "customer", "write:customer"),
    ],
)
def test_a_call_has_a_kind(method: str, path: str, kind: str) -> None:
    assert kind_of(method, f"{COMPANY}/{path}") == kind


def test_an_item_of_a_batch_has_a_kind_of_its_own() -> None:
    assert item_kind(BatchItem.query("SELECT * FROM Item")) == "item:query"
    assert item_kind(BatchItem("create", "Estimate", b"{}")) == "item:estimate"


def test_only_successful_reads_are_metered() -> None:
    tally = Tally(
        Counter({"read": 9, "query": 9, "write:estimate": 9}),
        Counter({"read": 1, "query": 2, "cdc": 4, "report": 8, "write:estimate": 16, "batch": 32, "item:query": 64}),
    )

    assert tally.metered == 15


class Clock:
    """Monotonic seconds that move only when told."""

    time = 0.0

    def __call__(self) -> float:
        return self.time


def counted(rows: Any, month: str = "2026-03") -> dict[str, dict[str, int]]:
    """What is on record of a month."""
    document = rows.rows[f"calls:{REALM}:{month}"]
    return {"sent": document["sent"], "succeeded": document["succeeded"]}


def test_it_counts_what_was_sent_and_what_succeeded(rows: Any, wall_clock: Any) -> None:
    calls = Calls(CallRecord(rows, REALM), wall_clock=wall_clock)
    with calls.counting("token"):
        pass
    with pytest.raises(QuickBooksFault), calls.counting("token"):
        raise QuickBooksFault(400, ())
    items = [BatchItem.query("SELECT * FROM Item"), BatchItem("create", "Estimate", b"{}", "2")]
    calls.items(items, [BatchOutcome("1"), BatchOutcome("2", error=QuickBooksFault(400, ()))])
    calls.save()

    assert counted(rows) == {
        "sent": {"token": 2, "item:query": 1, "item:estimate": 1},
        "succeeded": {"token": 1, "item:query": 1},
    }


def test_it_saves_once_in_five_seconds(rows: Any, wall_clock: Any) -> None:
    clock, woken = Clock(), []
    calls = Calls(CallRecord(rows, REALM), counted=lambda: woken.append(1), clock=clock, wall_clock=wall_clock)
    assert calls.tick() is None

    for _ in range(10):
        calls.sent("query")
    assert (woken, calls.tick(), rows.rows) == ([1], SAVE_EVERY, {})
    clock.time = SAVE_EVERY
    assert calls.tick() is None
    assert counted(rows)["sent"] == {"query": 10}

    calls.sent("query")
    assert woken == [1, 1]


def test_it_adds_up_what_several_processes_count(rows: Any, wall_clock: Any) -> None:
    calls = [Calls(CallRecord(rows, REALM), wall_clock=wall_clock) for _ in range(3)]
    rows.before_put.append(lambda: (calls[1].sent("query"), calls[1].save()))
    for each in calls:
        each.sent("query", 10)
        each.save()

    assert counted(rows)["sent"] == {"query": 31}


def test_it_counts_nothing_twice_when_couchdbs_answer_is_lost(
    rows: Any, wall_clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls(CallRecord(rows, REALM), wall_clock=wall_clock)
    stored = rows.put

    def lost(document: dict[str, Any]) -> str:
        stored(document)
        raise CouchUnreachable("the answer was lost")

    monkeypatch.setattr(rows, "put", lost)
    calls.sent("query")
    with pytest.raises(CouchUnreachable):
        calls.save()
    monkeypatch.setattr(rows, "put", stored)
    calls.sent("query")
    calls.save()

    assert counted(rows)["sent"] == {"query": 2}


def test_it_keeps_what_it_could_not_save(rows: Any, wall_clock: Any) -> None:
    def away() -> None:
        raise CouchUnreachable("CouchDB does not answer")

    calls = Calls(CallRecord(rows, REALM), wall_clock=wall_clock)
    rows.before_put += [away, away]
    calls.sent("query")
    with pytest.raises(CouchUnreachable):
        calls.save()
    calls.close()
    calls.close()

    assert counted(rows)["sent"] == {"query": 1}


def test_it_starts_again_with_every_month(rows: Any, wall_clock: Any) -> None:
    calls = Calls(CallRecord(rows, REALM), wall_clock=wall_clock)
    calls.sent("query")
    wall_clock.forward(days=30)
    calls.sent("query", 2)
    calls.save()

    assert (counted(rows, "2026-03")["sent"], counted(rows, "2026-04")["sent"]) == ({"query": 1}, {"query": 2})


def test_the_record_stays_small_however_often_a_process_is_restarted(rows: Any) -> None:
    for _ in range(3 * SAVERS_KEPT):
        CallRecord(rows, REALM).add("2026-03", Tally(Counter({"query": 1})), 1)

    assert len(rows.rows[f"calls:{REALM}:2026-03"]["savers"]) == SAVERS_KEPT
    assert counted(rows)["sent"] == {"query": 60}


def test_any_thread_may_count(rows: Any, wall_clock: Any) -> None:
    calls = Calls(CallRecord(rows, REALM), wall_clock=wall_clock)

    def count() -> None:
        for _ in range(500):
            calls.sent("query")
            calls.save()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert counted(rows)["sent"] == {"query": 2000}


def test_a_connection_counts_every_kind_and_saves_when_it_closes(
    quickbooks: Any, connection: Connection, customer: str, estimate: Callable[..., bytes], rows: Any
) -> None:
    connection.gateway.preferences()
    connection.gateway.create("Estimate", estimate(), "order-1")
    connection.gateway.batch([BatchItem("create", "Estimate", estimate()), BatchItem.query("SELECT * FROM Item")], "b")
    quickbooks.control("POST", "faults", {"kind": "status_503"})
    with pytest.raises(Exception, match="503"):
        connection.gateway.preferences()
    connection.close()

    (document,) = (row for row in rows.rows.values() if row["type"] == "calls")
    calls = quickbooks.control("GET", "state")["calls"]
    assert document["succeeded"] == {
        "token": 1,
        "read": 1,
        "query": 1,  # the fixture's, for the product
        "write:customer": 1,
        "write:estimate": 1,
        "batch": 1,
        "item:estimate": 1,
        "item:query": 1,
    }
    assert document["sent"] == {**document["succeeded"], "read": 2}
    assert calls["query"] == 1


def test_months_are_shown_newest_first(couch: Any) -> None:
    couch.create_database("connector")
    database = couch.database("connector")
    for month in ("2026-01", "2026-03", "2026-02"):
        CallRecord(database, REALM).add(month, Tally(Counter({"query": 7}), Counter({"query": 5})), 1)

    assert [each.month for each in months(database)] == ["2026-03", "2026-02", "2026-01"]
    (found,) = months(database, "2026-02")
    assert (found.realm, found.tally.metered, found.metered_percent) == (REALM, 5, 0.0)
    assert found.as_object()["succeeded"] == {"query": 5}


def test_months_end_where_the_clock_says(rows: Any, wall_clock: Any) -> None:
    wall_clock.forward(days=29, hours=14, minutes=59)
    calls = Calls(CallRecord(rows, REALM), wall_clock=wall_clock)
    calls.sent("query")
    wall_clock.time += timedelta(minutes=1)
    calls.sent("query")
    calls.save()

    assert sorted(rows.rows) == [f"calls:{REALM}:2026-03", f"calls:{REALM}:2026-04"]
