"""Why the connector stands still, in words, and what waits meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.heartbeat import Heartbeat, beat_of
from connector.records import time_text
from connector.standing import in_words, quickbooks_of, warnings_of, work_of

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def ago(**time: float) -> str:
    return time_text(NOW - timedelta(**time))


BEAT = Heartbeat(
    at=ago(seconds=5), fence=3, realm="4711", doorbell_at=ago(seconds=4), swept_at=ago(minutes=3), sweep_news=0
)


@pytest.mark.parametrize(
    ("lease", "beat", "alive", "why"),
    [
        (None, None, False, "has ever run"),
        ({"holder": None}, BEAT, False, "was stopped"),
        ({"holder": "a"}, None, False, "not been heard of yet"),
        ({"holder": "a"}, replace(BEAT, at=ago(minutes=5)), False, "not been heard of for 5 minutes"),
        ({"holder": "a"}, BEAT, True, ""),
    ],
)
def test_it_says_whether_a_connector_is_at_work(lease: Any, beat: Heartbeat | None, alive: bool, why: str) -> None:
    at_work, said = work_of(lease, beat, NOW)
    assert at_work is alive
    assert why in said and bool(why) == bool(said)


@pytest.mark.parametrize(
    ("realm", "token", "pace", "why"),
    [
        ("", None, None, "No company is connected"),
        ("4711", None, None, "No company is connected"),
        (
            "4711",
            {"disconnected_at": ago(hours=1), "because": "the refresh token is over"},
            None,
            "the refresh token is over",
        ),
        ("4711", {"refused_at": ago(hours=1), "because": "QuickBooks answers 403"}, None, "QuickBooks answers 403"),
        ("4711", {}, {"frozen": {"at": ago(seconds=20), "seconds": 60}}, "in 40 seconds"),
        ("4711", {}, {"frozen": {"at": ago(seconds=90), "seconds": 60}}, ""),
        ("4711", {}, {"frozen": None}, ""),
        ("4711", {}, None, ""),
    ],
)
def test_it_says_why_nothing_is_posted(realm: str, token: Any, pace: Any, why: str) -> None:
    said = " ".join(quickbooks_of(realm, token, pace, NOW))
    assert why in said and bool(why) == bool(said)


@pytest.mark.parametrize(
    ("beat", "why"),
    [
        (BEAT, ""),
        (replace(BEAT, doorbell_missing=True), "no doorbell"),
        (replace(BEAT, doorbell_at=None), "silent"),
        (replace(BEAT, doorbell_at=None, began_at=ago(minutes=2)), "silent"),
        (replace(BEAT, doorbell_at=None, began_at=ago(seconds=5)), ""),
        (replace(BEAT, doorbell_at=ago(minutes=2)), "silent"),
        (replace(BEAT, sweep_problem="CouchDB is away"), "CouchDB is away"),
        (replace(BEAT, swept_at=ago(hours=2)), "ended 2 hours ago"),
        (replace(BEAT, swept_at=None), ""),
    ],
)
def test_it_warns_of_what_is_slow_although_it_works(beat: Heartbeat, why: str) -> None:
    said = " ".join(warnings_of(beat, NOW, sweep_minutes=15))
    assert why in said and bool(why) == bool(said)


def test_a_beat_is_read_whatever_else_stands_in_it() -> None:
    assert beat_of({"_id": "heartbeat:connector", "at": "x", "later": 1}) == Heartbeat(at="x")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7199, "1 hour"), (172800, "2 days")],
)
def test_it_tells_times_in_the_largest_unit(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
