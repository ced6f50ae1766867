"""What QuickBooks' documented limits allow, as arithmetic: the least time for a burst, and how much was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quickbooks_sandbox.limits import BATCHES_PER_MINUTE, PER_MINUTE, PER_SECOND


@dataclass(frozen=True)
class Limit:
    """At most `requests` in any window of `seconds`."""

    name: str
    requests: int
    seconds: float


A_SECOND = Limit(f"{PER_SECOND} requests a second", PER_SECOND, 1)
A_MINUTE = Limit(f"{PER_MINUTE} requests a minute", PER_MINUTE, 60)
BATCHES = Limit(f"{BATCHES_PER_MINUTE} batches a minute", BATCHES_PER_MINUTE, 60)
OF_BATCHES = (BATCHES, A_MINUTE, A_SECOND)
OF_SINGLES = (A_MINUTE, A_SECOND)


def least_seconds(requests: int, limits: Sequence[Limit]) -> float:
    """Seconds from the first to the last of so many requests if each leaves as soon as every limit allows."""
    starts: list[float] = []
    for number in range(requests):
        bounds = [starts[number - limit.requests] + limit.seconds for limit in limits if number >= limit.requests]
        starts.append(max(bounds, default=0.0))
    return starts[-1] if starts else 0.0


def binding(requests: int, limits: Sequence[Limit]) -> Limit | None:
    """Of the limits that so many requests reach, the one that allows the fewest in the long run; None: none is."""
    reached = [limit for limit in limits if requests > limit.requests]
    return min(reached, key=lambda limit: limit.requests / limit.seconds, default=None)


def used_while_binding(starts: Sequence[float], limit: Limit) -> float | None:
    """How much of a limit was used from the moment it could bind; None for too few requests to reach it.

    `starts` are the seconds at which requests left. With n requests in a window, every request but the first n can
    follow the n-th one before it after exactly one window: the share is that window over the time it really took.
    """
    ordered = sorted(starts)
    gaps = [later - earlier for earlier, later in zip(ordered, ordered[limit.requests :], strict=False)]
    return limit.seconds * len(gaps) / sum(gaps) if gaps else None
