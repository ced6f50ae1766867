"""How long a sign-in still lasts, in plain words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.quickbooks.tokens import PREVIOUS_LIFE, StoredTokens

IDLE_WARNING = timedelta(days=14)
RENEWAL = timedelta(minutes=2)  # the longest that a renewal under way takes
HARD_WARNING = timedelta(days=60)


@dataclass(frozen=True)
class Countdown:
    """One end that is coming; `warning` says what to do, and is empty while there is nothing to do."""

    name: str
    title: str
    ends_at: datetime | None
    left: str
    warning: str = ""


def countdowns(row: StoredTokens, now: datetime) -> list[Countdown]:
    """The ends of a sign-in, the nearest kind first; none while it is disconnected."""
    if row.disconnected_at is not None:
        return []
    tokens = row.tokens
    shown = [
        Countdown(
            "access_token",
            "Access token",
            tokens.access_expires_at,
            left(tokens.access_expires_at, now),
            "Nothing has renewed it: is the connector running?" if now >= tokens.access_expires_at else "",
        ),
        Countdown(
            "idle",
            "Sign-in, if nothing renews it (about 100 days)",
            tokens.refresh_expires_at,
            left(tokens.refresh_expires_at, now),
            "Nothing has renewed it for long: start the connector, or connect QuickBooks again."
            if now >= tokens.refresh_expires_at - IDLE_WARNING
            else "",
        ),
        Countdown(
            "hard_expiry",
            "Sign-in, whatever happens (hard expiry)",
            tokens.hard_expires_at,
            left(tokens.hard_expires_at, now) if tokens.hard_expires_at else "Intuit does not say; at most five years",
            "Connect QuickBooks again before then: no renewal moves this end."
            if tokens.hard_expires_at is not None and now >= tokens.hard_expires_at - HARD_WARNING
            else "",
        ),
    ]
    if row.unfinished_since is not None and now >= row.unfinished_since + RENEWAL:
        until = row.unfinished_since + PREVIOUS_LIFE
        warning = "A renewal was begun and its end is not on record; the connector finishes it when it runs."
        shown.append(Countdown("unfinished_renewal", "Older token, while it counts", until, left(until, now), warning))
    return shown


def left(end: datetime, now: datetime) -> str:
    """`41 minutes`, `99 days`, in the largest unit that fits twice, or `4 years and 364 days`; `over` after it."""
    seconds = (end - now).total_seconds()
    if seconds <= 0:
        return "over"
    years, days = divmod(int(seconds // 86400), 365)
    if years:
        return f"{years} year{'s' if years > 1 else ''} and {days} days"
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} seconds"
