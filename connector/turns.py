"""Turns: when to look at something that is metered, given when a look is wanted. Pure."""

from __future__ import annotations

BURST = 4  # looks that may follow each other closely; events that come together cost that many calls at most, then
GAP = 15.0  # seconds between two looks
FIRST_PAUSE = 5.0  # seconds before a look that failed is repeated, doubled up to
LONGEST_PAUSE = 300.0  # seconds


class Turns:
    """When a feed is looked at: soon after it is wanted, a few times in a row, then at most once a gap (in seconds)."""

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._wanted = True  # whatever happened while nobody watched
        self._paid_until = 0.0  # each look costs a gap; up to `BURST` of them may be owed
        self._not_before = 0.0
        self._failures = 0

    def want(self) -> None:
        """Have a look as soon as possible."""
        self._wanted = True

    def due(self, now: float) -> bool:
        """Whether to look now."""
        return self._wanted and now >= max(self._not_before, self._paid_until - (BURST - 1) * self._gap)

    def begin(self, now: float) -> None:
        """A look begins: whatever rings from here on wants another one."""
        self._wanted = False
        self._paid_until = max(now, self._paid_until) + self._gap

    def failed(self, now: float) -> None:
        """The look came to nothing: the next one waits longer."""
        self._failures += 1
        self._wanted = True
        self._not_before = now + min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)

    def succeeded(self) -> None:
        """The look is on record."""
        self._failures = 0
