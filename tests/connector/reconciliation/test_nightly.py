"""The nightly reconciliation: when it runs, how far back it reads, and that nothing is forgotten over night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.couch import CouchServer
from connector.identifiers import OPS, order_number
from connector.reconciliation.nightly import OVERLAP, Nightly, Plan, is_due, plan_of
from connector.reconciliation.results import MOST_FINDINGS, ReconciliationResults
from connector.reconciliation.run import NOTHING, Subjects
from connector.records import time_text
from connector.settings import Settings
from local_servers.quickbooks_sandbox import Sandbox
from tests.connector.reconciliation.office import Office, office_of
from tests.connector.samples import REP, ULID
from tests.couch_design.guards import schema_of

HALF_PAST_TWO = time(2, 30)


def at(text: str) -> datetime:
    """`25 02:30` in November 2026, UTC."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-11-{day}T{clock}:00+00:00")


@pytest.mark.parametrize(
    ("now", "last", "running_since", "due"),
    [
        ("25 02:30", None, "24 12:00", True),
        ("25 02:31", None, "24 12:00", True),
        ("25 02:31", None, "25 02:30", False),
        ("25 12:00", None, "25 11:00", False),
        ("25 02:29", "24 02:30", "20 12:00", False),
        ("25 02:31", "24 02:30", "20 12:00", True),
        ("25 02:32", "25 02:31", "20 12:00", False),
        ("25 11:01", "23 02:30", "25 11:00", True),
        ("25 01:00", "24 11:00", "25 00:59", False),
    ],
    ids=[
        "to the minute",
        "first night",
        "started in that very minute",
        "never ran, and the night is over",
        "not yet",
        "due",
        "done",
        "missed a night",
        "made up for yesterday",
    ],
)
def test_it_is_due_once_a_night(now: str, last: str | None, running_since: str, due: bool) -> None:
    started = at(last) if last else None
    assert is_due(at(now), HALF_PAST_TWO, started, at(running_since)) is due


def last_run(**changes: Any) -> dict[str, Any]:
    """What the last night left on record."""
    form = {"entity": "Estimate", "id": "145", "number": "1042"}
    finding = {"kind": "missing", "rep": REP, "document": f"order:{ULID}", "forms": [form]}
    times = {"started_at": "2026-11-24T02:30:00.000Z", "whole_at": "2026-11-20T02:30:00.000Z"}
    return {**times, "findings": [finding], "left_out": 0, **changes}


BEGINNING = at("01 08:00")
EVERYTHING = Plan(BEGINNING - OVERLAP, NOTHING, at("25 02:30"))


@pytest.mark.parametrize(
    ("last", "plan"),
    [
        (None, EVERYTHING),
        (last_run(whole_at="2026-11-18T02:30:30.000Z"), EVERYTHING),
        (last_run(left_out=1), EVERYTHING),
        (
            last_run(),
            Plan(
                at("24 01:30"),
                Subjects((f"ledger:{REP}:{ULID}",), (("Estimate", "145"),)),
                at("20 02:30"),
            ),
        ),
        (last_run(findings=[]), Plan(at("24 01:30"), NOTHING, at("20 02:30"))),
    ],
    ids=["first night", "a week after everything", "more findings than fit", "any other night", "after a clean one"],
)
def test_it_reads_everything_once_a_week_and_else_what_is_new(last: Any, plan: Plan) -> None:
    assert plan_of(at("25 02:30"), last, BEGINNING) == plan


class Clock:
    """A clock that tests turn on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def office(couch: CouchServer, settings: Settings, quickbooks: Sandbox) -> Iterator[Office]:
    """An office whose ledger is empty."""
    yield from office_of(couch, settings, quickbooks)


@pytest.fixture
def clock() -> Clock:
    """Noon of today."""
    return Clock(datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0))


@pytest.fixture
def nightly(office: Office, clock: Clock) -> Nightly:
    """The nightly run of a connector that has just begun."""
    return Nightly("02:30", office.server, office.gateway, clock)


def results(office: Office) -> list[dict[str, Any]]:
    """Every result on record, the oldest first."""
    return list(office.server.database(OPS).starting_with("reconciliation:"))


def next_night(clock: Clock) -> None:
    """Some minutes after half past two of the next night."""
    day = clock.now + timedelta(days=1)
    clock.now = day.replace(hour=2, minute=33)


def test_it_waits_for_its_time_and_runs_once(office: Office, nightly: Nightly, clock: Clock) -> None:
    office.posted(1)
    nightly.look()
    assert results(office) == []
    next_night(clock)
    nightly.look()
    nightly.look()
    (result,) = results(office)
    assert (result["trigger"], result["clean"], result["orders"], result["reads"]) == ("nightly", True, 1, 1)


def test_what_it_found_stays_on_the_list_until_it_is_settled(office: Office, nightly: Nightly, clock: Clock) -> None:
    orders = [office.posted(one) for one in (1, 2)]
    gone, changed = orders
    office.change(gone, delete=True)
    office.reprice(changed, "1.00")
    for _ in range(3):
        next_night(clock)
        with capture_logs() as logs:
            nightly.look()
    nights = results(office)
    for night in nights:
        schema_of("reconciliation").validate({name: value for name, value in night.items() if name != "_rev"})
    assert [[finding["kind"] for finding in night["findings"]] for night in nights] == [["missing", "differing"]] * 3
    (told,) = [line for line in logs if line["event"] == "reconciliation.findings"]
    assert (told["log_level"], told["missing"], told["differing"]) == ("error", 1, 1)
    assert order_number(gone.ulid) in told["findings"][0]
    office.reprice(changed, "2053.06")
    next_night(clock)
    nightly.look()
    assert [finding["kind"] for finding in results(office)[-1]["findings"]] == ["missing"]


def test_most_nights_read_only_what_is_new(office: Office, nightly: Nightly, clock: Clock) -> None:
    for one in range(3):
        office.posted(one)
    next_night(clock)
    nightly.look()
    clock.now += timedelta(hours=2)
    next_night(clock)
    nightly.look()
    first, second = results(office)
    assert (first["orders"], second["orders"], second["forms"], second["reads"]) == (3, 0, 0, 1)
    assert second["whole_at"] == first["whole_at"] == first["started_at"]


def test_after_a_failure_it_tries_again_in_an_hour(office: Office, nightly: Nightly, clock: Clock) -> None:
    office.posted(1)
    next_night(clock)
    office.sandbox.control("POST", "faults", {"kind": "status_503", "count": 1})
    with capture_logs() as logs:
        nightly.look()
        clock.now += timedelta(minutes=59)
        nightly.look()
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["reconciliation.failed"]
    assert results(office) == []
    clock.now += timedelta(minutes=1)
    nightly.look()
    assert len(results(office)) == 1


def test_it_reads_nothing_while_nothing_was_handed_in(office: Office, nightly: Nightly, clock: Clock) -> None:
    next_night(clock)
    before = office.queries()
    nightly.look()
    assert (office.queries(), results(office)) == (before, [])


def test_it_can_be_switched_off(office: Office, clock: Clock) -> None:
    office.posted(1)
    nightly = Nightly("off", office.server, office.gateway, clock)
    next_night(clock)
    nightly.look()
    assert results(office) == []


def test_a_result_keeps_as_many_findings_as_fit_and_counts_the_rest(office: Office) -> None:
    finding = {"kind": "missing", "rep": REP, "document": f"order:{ULID}", "forms": []}
    findings = [{**finding, "text": str(number)} for number in range(MOST_FINDINGS + 7)]
    kept = ReconciliationResults(office.server)
    kept.record("command", {"started_at": "2026-11-24T02:30:00.000Z", "findings": findings})
    stored = kept.last()
    assert stored is not None
    assert (len(stored["findings"]), stored["left_out"]) == (MOST_FINDINGS, 7)
    assert [each["text"] for each in stored["findings"]] == [str(number) for number in range(MOST_FINDINGS)]


def test_the_last_result_is_the_newest_of_either_kind(office: Office) -> None:
    kept = ReconciliationResults(office.server)
    assert (kept.last(), kept.newest("nightly")) == (None, None)
    for trigger, day in (("nightly", 20), ("command", 22), ("nightly", 21)):
        kept.record(trigger, {"started_at": f"2026-11-{day}T02:30:00.000Z", "findings": []})  # type: ignore[arg-type]
    assert (kept.last() or {})["_id"] == "reconciliation:command:2026-11-22T02:30:00.000Z"
    assert (kept.newest("nightly") or {})["started_at"] == "2026-11-21T02:30:00.000Z"


def test_a_result_that_a_wrong_clock_dated_into_the_future_switches_no_night_off(
    office: Office, nightly: Nightly, clock: Clock
) -> None:
    office.posted(1)
    ahead = time_text(clock.now + timedelta(days=1000))
    wrong = {**last_run(started_at=ahead, whole_at=ahead, left_out=0), "orders": 7, "reads": 0}
    ReconciliationResults(office.server).record("nightly", wrong, whole_at=ahead)
    for _ in range(2):
        next_night(clock)
        nightly.look()
        nightly.look()
    assert [night["orders"] for night in results(office)] == [1, 0, 7]
    shown = ReconciliationResults(office.server).last(clock.now + OVERLAP)
    assert shown is not None and shown["orders"] == 0


def test_results_of_nights_are_forgotten_after_three_months_but_never_the_last_one(
    office: Office, nightly: Nightly, clock: Clock
) -> None:
    kept = ReconciliationResults(office.server)
    office.posted(1)
    next_night(clock)
    for days in (400, 91, 89, 1):
        for trigger in ("nightly", "command"):
            began = time_text(clock.now - timedelta(days=days))
            kept.record(trigger, last_run(started_at=began, findings=[]), whole_at=began)  # type: ignore[arg-type]
    nightly.look()
    ages = [
        (night["trigger"], (clock.now - datetime.fromisoformat(night["started_at"])).days) for night in results(office)
    ]
    assert [age for trigger, age in ages if trigger == "nightly"] == [89, 1, 0]
    assert [age for trigger, age in ages if trigger == "command"] == [400, 91, 89, 1]
    assert kept.forget("nightly", clock.now + timedelta(days=1)) == 2
    assert [night["trigger"] for night in results(office)].count("nightly") == 1
