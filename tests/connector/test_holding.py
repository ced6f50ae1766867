"""What is said before a rep is disabled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.fleet.lines import Line
from connector.holding import holdings_of, holds_something

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
AT = "2026-11-25T09:00:00Z"


@pytest.mark.parametrize(
    ("line", "words", "holds"),
    [
        (
            Line("phone", "fresh", unsent=0, drafts=0, reported_at=AT),
            "phone said 3 hours ago that it holds nothing",
            False,
        ),
        (Line("phone", "behind", unsent=2, drafts=1, reported_at=AT), "2 not handed in, 1 drafts", True),
        (Line("phone", "blocked", unsent=0, denied=3, reported_at=AT), "3 that the server refused", True),
        (Line("phone", "fresh", reported_at=AT), "what it holds is unknown", True),
        (Line("", "silent", known=False, checkpoint="_local/a"), "An unknown device sends no report", True),
        (Line("", "never"), "No device of this rep has ever synced", False),
    ],
)
def test_it_says_what_a_device_may_still_hold(line: Line, words: str, holds: bool) -> None:
    (sentence,) = holdings_of([line], NOW)
    assert words in sentence
    assert holds_something([line]) is holds
