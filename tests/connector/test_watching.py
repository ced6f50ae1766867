"""When the watch looks at QuickBooks: at once when something rang, but never more than a few times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.cursors import Cursor
from connector.records import time_text
from connector.sales import Taken
from connector.signals import ANY
from connector.turns import BURST, GAP, LONGEST_PAUSE, Turns
from connector.watched import concerns
from connector.watching import Feed, looked

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

SALES = Feed("sales", ("Estimate", "Invoice"), lambda changes: Taken())


def looks(turns: Turns, rings: list[float], until: float, step: float = 0.5) -> list[float]:
    """When it looks, given when it rings; it listens every half second."""
    found, now, left = [], 0.0, list(rings)
    while now <= until:
        while left and left[0] <= now:
            turns.want()
            left.pop(0)
        if turns.due(now):
            turns.begin(now)
            turns.succeeded()
            found.append(now)
        now += step
    return found


def test_it_looks_at_the_start_and_then_only_when_wanted() -> None:
    assert looks(Turns(GAP), [], 600) == [0.0]
    assert looks(Turns(GAP), [100, 200, 300], 600) == [0.0, 100, 200, 300]


def test_a_burst_of_events_costs_a_few_looks_the_last_one_after_the_last_event() -> None:
    burst = [100 + number / 100 for number in range(100)]
    found = looks(Turns(GAP), burst, 600)
    assert len(found) <= 1 + BURST
    assert found[-1] >= burst[-1]


def test_events_without_end_cost_one_look_a_gap() -> None:
    found = looks(Turns(GAP), [number / 10 for number in range(36_000)], 3600)
    assert len(found) <= 3600 / GAP + BURST
    for start in range(0, 3600, 60):
        assert sum(start <= look < start + 60 for look in found) <= 60 / GAP + BURST


def test_a_look_that_failed_is_repeated_later_and_later_whatever_rings() -> None:
    turns, now, waits = Turns(GAP), 0.0, []
    for _ in range(10):
        turns.begin(now)
        turns.failed(now)
        start = now
        while not turns.due(now):
            turns.want()
            now += 1
        waits.append(now - start)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_PAUSE
    turns.begin(now)
    turns.succeeded()
    assert not turns.due(now + 10 * LONGEST_PAUSE)


@pytest.mark.parametrize(
    ("before", "now", "rang"),
    [
        ({}, {}, False),
        ({}, {"estimate": "1"}, True),
        ({"estimate": "1"}, {"estimate": "1"}, False),
        ({"estimate": "1"}, {"estimate": "2"}, True),
        ({"estimate": "1"}, {"estimate": "1", "invoice": "2"}, True),
        ({"estimate": "1"}, {"estimate": "1", "item": "2"}, False),
        ({"estimate": "1"}, {"estimate": "1", ANY: "2"}, True),
    ],
)
def test_a_feed_hears_its_own_kinds_and_what_nobody_understood(
    before: dict[str, str], now: dict[str, str], rang: bool
) -> None:
    assert SALES.rang(before, now) is rang


@pytest.mark.parametrize(
    ("kind", "operation", "worth"),
    [
        ("estimate", "updated", True),
        ("estimate", "deleted", True),
        ("estimate", "renamed", True),
        ("estimate", "created", False),
        ("invoice", "created", True),
        ("item", "updated", True),
        ("customer", "created", True),
        ("term", "updated", True),
        ("payment", "created", True),
        ("vendor", "updated", False),
        ("", "", True),
    ],
)
def test_only_what_may_matter_is_worth_a_look(kind: str, operation: str, worth: bool) -> None:
    assert concerns(kind, operation) is worth


def test_what_could_not_be_seen_stays_on_record_until_the_weekly_reconciliation_has_run() -> None:
    gap = looked(Cursor("1", "sales", problem="away"), "x", 0, "what was deleted before May", NOW)
    assert (gap.problem, gap.unseen, gap.unseen_at) == (None, "what was deleted before May", time_text(NOW))
    later = looked(gap, "y", 3, None, NOW + timedelta(days=7))
    assert (later.since, later.rows, later.unseen, later.unseen_at) == ("y", 3, gap.unseen, gap.unseen_at)
    assert looked(later, "z", 0, None, NOW + timedelta(days=9)).unseen is None
    assert looked(later, "z", 0, "another", NOW + timedelta(days=7)).unseen == "another"
