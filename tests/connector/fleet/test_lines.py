"""Which state a device is in, why, and which checkpoint is taken for which device's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.fleet.lines import Line, forgotten_in, line_of, lines_of, without
from connector.fleet.local_documents import Checkpoint, Found, Report
from connector.records import time_text

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CHECKPOINT = Checkpoint("_local/a", "8-x", "PouchDB", "0-3")


def ago(**time: float) -> str:
    return time_text(NOW - timedelta(**time))


def report(**changes: Any) -> Report:
    return replace(Report("phone", "0-7", at=ago(minutes=1), app="0.1.0", unsent=0, drafts=0), **changes)


def only(found: Found, lag: int | None = 0, before: Line | None = None, **more: Any) -> Line:
    (line,) = lines_of(found, {CHECKPOINT.id: lag}, [before] if before else [], NOW, **more)
    return line


@pytest.mark.parametrize(
    ("said", "lag", "state", "why"),
    [
        (report(), 0, "fresh", ""),
        (report(), 3, "behind", ""),
        (report(), None, "unknown", "could not count"),
        (report(at=ago(hours=25)), 0, "stale", "more than a day"),
        (report(at=ago(hours=25)), 3, "stale", "more than a day"),
        (report(at=ago(hours=23)), 3, "behind", ""),
        (report(denied=2, denials=("order:1: wrong_total: x",)), 0, "blocked", "denied 2 documents"),
        (report(denied=1, denials=("order:1: too_large",)), 0, "blocked", "413"),
        (report(error="the server refuses order:1: it is too large; nothing after it is sent"), 0, "blocked", "413"),
        (report(error="not allowed", code="refused"), 0, "blocked", "403: not allowed"),
        (report(error="full", code="storage_full"), 0, "blocked", "storage is full"),
        (report(error="in trouble", code="server", unsent=1), 0, "behind", "in trouble"),
        (report(error="in trouble", code="server"), 0, "fresh", "in trouble"),
        (report(unsent=None), 0, "fresh", ""),
        (report(lost_at=ago(hours=2), lost=2), 0, "blocked", "2 documents of it not handed in"),
        (report(lost_at=ago(hours=2)), 0, "blocked", "nobody knows how many"),
        (report(lost_at=ago(hours=2), lost=0), 0, "fresh", ""),
        (report(lost_at=ago(days=9), lost=2), 0, "fresh", ""),
    ],
)
def test_it_says_how_a_device_with_a_report_stands(said: Report, lag: int | None, state: str, why: str) -> None:
    line = only(Found(pulls=(CHECKPOINT,), reports=(said,)), lag)
    assert line.state == state
    assert why in line.why and bool(why) == bool(line.why)


@pytest.mark.parametrize(
    ("lag", "moved", "state"),
    [
        (0, ago(minutes=5), "silent"),
        (0, ago(days=9), "silent"),
        (2, ago(hours=1), "behind"),
        (2, ago(hours=30), "stale"),
        (None, ago(hours=1), "unknown"),
    ],
)
def test_it_says_how_a_client_without_a_report_stands(lag: int | None, moved: str, state: str) -> None:
    line = only(Found(pulls=(replace(CHECKPOINT, moved_at=moved),)), lag)
    assert (line.state, line.known, line.checkpoint, line.unsent) == (state, False, "_local/a", None)


def test_it_has_a_line_for_a_rep_who_never_synced() -> None:
    assert [line.state for line in lines_of(Found(), {}, [], NOW)] == ["never"]


def test_it_calls_a_device_silent_whose_checkpoint_moves_while_its_report_does_not() -> None:
    found = Found(pulls=(CHECKPOINT,), reports=(report(at=ago(hours=3)),))
    first = only(found)
    moved = replace(CHECKPOINT, revision="0-4")
    assert only(Found(pulls=(moved,), reports=found.reports), before=first).state == "silent"


def test_it_knows_that_something_moved_by_comparing_two_looks() -> None:
    found = Found(pulls=(CHECKPOINT,))
    first = only(found, 2)
    assert first.moved_at is None and first.seen_at == time_text(NOW)
    earlier = replace(first, seen_at=ago(hours=2))
    assert only(found, 2, earlier).moved_at is None
    assert only(Found(pulls=(replace(CHECKPOINT, revision="0-4"),)), 2, earlier).moved_at == time_text(NOW)


def test_it_calls_stale_what_was_never_seen_to_move_since_a_day_ago() -> None:
    found = Found(pulls=(CHECKPOINT,))
    assert only(found, 2, replace(only(found, 2), seen_at=ago(hours=25))).state == "stale"


def test_it_believes_no_clock_that_is_ahead() -> None:
    line = only(Found(pulls=(CHECKPOINT,), reports=(report(at=time_text(NOW + timedelta(days=400))),)), 0)
    assert line.moved_at is None


def test_it_forgets_the_checkpoints_of_clients_that_were_thrown_away() -> None:
    old = replace(CHECKPOINT, moved_at=ago(days=40))
    assert [line.state for line in lines_of(Found(pulls=(old,)), {old.id: 4}, [], NOW)] == ["never"]


def test_a_client_that_was_forgotten_is_back_only_once_it_moves() -> None:
    found = Found(pulls=(CHECKPOINT,))
    old = replace(only(found, 4), state="stale", seen_at=ago(days=31))
    forgotten = forgotten_in(found, [old], (), NOW)
    assert without(found, forgotten).pulls == ()
    assert forgotten_in(found, [], forgotten, NOW) == forgotten
    moved = Found(pulls=(replace(CHECKPOINT, revision="0-99"),))
    assert without(moved, forgotten_in(moved, [], forgotten, NOW)) == moved
    for line in (replace(old, seen_at=ago(days=29)), replace(old, known=True), replace(old, state="silent")):
        assert forgotten_in(found, [line], (), NOW) == ()


def test_it_drops_a_device_that_was_left_unless_it_still_holds_something() -> None:
    left = report(left_at=ago(minutes=1))
    assert [line.state for line in lines_of(Found(reports=(left,)), {}, [], NOW)] == ["never"]
    assert only(Found(reports=(replace(left, unsent=2),))).unsent == 2


def test_it_shows_a_disabled_rep_only_while_a_device_may_still_hold_orders() -> None:
    assert lines_of(Found(reports=(report(),)), {}, [], NOW, disabled=True) == []
    line = only(Found(reports=(report(unsent=3),)), disabled=True)
    assert (line.state, line.unsent) == ("blocked", 3)


def test_it_gives_a_device_the_checkpoint_that_it_names() -> None:
    mine = Checkpoint("_local/m", "5-x", "PouchDB", "0-1")
    found = Found(pulls=(CHECKPOINT, mine), reports=(report(pulled="5-x"),))
    lines = lines_of(found, {CHECKPOINT.id: 0, mine.id: 7}, [], NOW)
    assert {line.device: line.lag for line in lines} == {"phone": 7, "": 0}


def test_it_pairs_devices_and_checkpoints_by_when_they_moved_where_none_is_named() -> None:
    second = Checkpoint("_local/b", "2-x", "PouchDB", "0-9", moved_at=ago(hours=5))
    found = Found(
        pulls=(second, replace(CHECKPOINT, moved_at=ago(minutes=1))),
        reports=(report(device="tablet", at=ago(hours=5)), report(at=ago(minutes=1))),
    )
    lines = lines_of(found, {CHECKPOINT.id: 0, second.id: 7}, [], NOW)
    assert {line.device: (line.checkpoint, line.lag) for line in lines} == {
        "phone": ("_local/a", 0),
        "tablet": ("_local/b", 7),
    }


def test_it_puts_the_worst_first_and_keeps_no_more_than_fifty() -> None:
    pulls = tuple(Checkpoint(f"_local/{number:03}", "1-x", "PouchDB", "0-1") for number in range(80))
    reports = (report(), report(device="tablet", denied=1))
    lags = {each.id: number for number, each in enumerate(pulls)}
    lines = lines_of(Found(pulls=pulls, reports=reports), lags, [], NOW)
    assert len(lines) == 50
    assert lines[0].device == "tablet"
    assert [line.rank for line in lines] == sorted(line.rank for line in lines)
    assert lines[1].lag == 79


def test_a_line_is_read_as_it_was_stored() -> None:
    line = only(Found(pulls=(CHECKPOINT,), reports=(report(denied=1, denials=("a", "b"), unsent=0),)))
    stored = line.as_document()
    assert line_of(stored) == line
    assert line_of({**stored, "from_the_future": 1}) == line
