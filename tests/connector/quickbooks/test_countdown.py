"""`connector.quickbooks.countdown`: how long a sign-in lasts, and when to say something about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.quickbooks.countdown import countdowns, left
from connector.quickbooks.tokens import StoredTokens, Tokens

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROW = StoredTokens(
    "913",
    Tokens("", "", NOW, NOW + timedelta(hours=1), NOW + timedelta(days=100), NOW + timedelta(days=1825)),
)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(0), "over"),
        (timedelta(days=-3), "over"),
        (timedelta(seconds=119), "119 seconds"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=99, hours=23), "99 days"),
        (timedelta(days=365), "1 year and 0 days"),
        (timedelta(days=1824, hours=23), "4 years and 364 days"),
    ],
)
def test_it_counts_in_the_largest_unit_that_fits_twice(time: timedelta, words: str) -> None:
    assert left(NOW + time, NOW) == words


@pytest.mark.parametrize(
    ("later", "warned"),
    [
        (timedelta(0), []),
        (timedelta(minutes=59), []),
        (timedelta(hours=1), ["access_token"]),
        (timedelta(days=85), ["access_token"]),
        (timedelta(days=86), ["access_token", "idle"]),
        (timedelta(days=1765), ["access_token", "idle", "hard_expiry"]),
    ],
)
def test_it_warns_when_an_end_is_near(later: timedelta, warned: list[str]) -> None:
    assert [each.name for each in countdowns(ROW, NOW + later) if each.warning] == warned


def test_it_does_not_make_up_a_hard_expiry() -> None:
    row = replace(ROW, tokens=replace(ROW.tokens, hard_expires_at=None))
    hard = countdowns(row, NOW)[2]
    assert (hard.ends_at, hard.left, hard.warning) == (None, "Intuit does not say; at most five years", "")


def test_it_counts_down_the_day_that_an_older_token_still_counts() -> None:
    unfinished = countdowns(replace(ROW, unfinished_since=NOW - timedelta(hours=2)), NOW)[-1]
    assert (unfinished.name, unfinished.left) == ("unfinished_renewal", "22 hours")
    assert unfinished.warning
    assert len(countdowns(replace(ROW, unfinished_since=NOW - timedelta(seconds=90)), NOW)) == 3


def test_it_counts_nothing_down_once_disconnected() -> None:
    assert countdowns(replace(ROW, disconnected_at=NOW), NOW) == []
