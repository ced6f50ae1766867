"""What the replication page shows: rows of views, never documents one by one, so that a thousand reps cost no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.couch import Database
from connector.fleet.lines import STATES, Line, line_of
from connector.fleet.samples import SLOT, Pass, Samples
from web.lag_chart import Chart, chart_of

PAGE_LENGTH = 100  # lines
HIGHEST: dict[str, str] = {}  # sorts after every text in a key of a view
LATE = timedelta(minutes=10)  # after which samples say nothing of now
LABELS = {
    "blocked": "Blocked",
    "stale": "Stale",
    "behind": "Behind",
    "unknown": "Unknown",
    "never": "Never synced",
    "silent": "Silent",
    "fresh": "Fresh",
}


@dataclass(frozen=True)
class FleetLine:
    """One device with the rep whose it is."""

    rep: str
    account: str
    territory: str
    line: Line


@dataclass(frozen=True)
class Shared:
    """A database that many devices read: how many clients left a checkpoint, how many are behind, by how much."""

    database: str
    clients: int
    behind: int
    lag: int


@dataclass(frozen=True)
class Count:
    """How many devices are in a state."""

    state: str
    label: str
    count: int


@dataclass(frozen=True)
class FleetPage:
    """One page of lines, worst first, and what is known of the whole."""

    lines: list[FleetLine]
    counts: list[Count]
    number: int
    more: bool
    lag: int
    unsent: int
    shared: list[Shared]
    last: Pass | None
    late: bool
    chart: Chart | None = field(default=None)


def fleet_page(
    ops: Database, state: str | None, account: str, number: int, now: datetime, span: timedelta
) -> FleetPage:
    """A page of all devices, of those in one state, or of the reps whose account begins so. Raises CouchError."""
    samples = Samples(ops)
    last = samples.last_pass()
    found = lines(ops, state, account, number)
    totals = {tuple(row["key"]): int(row["value"]) for row in ops.view("fleet", "totals", group=True)}
    points = [(point.at, point.lag) for point in samples.history(now - span)]
    return FleetPage(
        lines=found[:PAGE_LENGTH],
        counts=counts(ops),
        number=number,
        more=len(found) > PAGE_LENGTH,
        lag=totals.get(("reps", "lag"), 0),
        unsent=totals.get(("reps", "unsent"), 0),
        shared=shared(totals),
        last=last,
        late=is_late(last, now),
        chart=chart_of(points, next_minute(now), span, gap=3 * SLOT),
    )


def lines(ops: Database, state: str | None, account: str, number: int) -> list[FleetLine]:
    """A page of lines and one more, if there is one."""
    bounds: dict[str, Any] = {"limit": PAGE_LENGTH + 1, "skip": (number - 1) * PAGE_LENGTH}
    if account:
        rows = ops.view("fleet", "by_account", startkey=[account], endkey=[account + "\ufff0", HIGHEST], **bounds)
    elif state is None:
        rows = ops.view("fleet", "lines", reduce=False, **bounds)
    else:
        rank = STATES.index(state)
        rows = ops.view("fleet", "lines", reduce=False, startkey=[rank, state], endkey=[rank, state, HIGHEST], **bounds)
    return [fleet_line(row["value"]) for row in rows]


def counts(ops: Database) -> list[Count]:
    """Every state with the number of its devices."""
    counted = {row["key"][1]: int(row["value"]) for row in ops.view("fleet", "lines", group_level=2)}
    return [Count(state, LABELS[state], counted.get(state, 0)) for state in STATES]


def fleet_line(value: Mapping[str, Any]) -> FleetLine:
    """A row's value."""
    return FleetLine(str(value["rep"]), str(value["account"]), str(value["territory"]), line_of(value["line"]))


def shared(totals: Mapping[tuple[Any, ...], int]) -> list[Shared]:
    """The databases that many devices read, where any client left a checkpoint."""
    names = sorted({where for where, _ in totals if where != "reps"})
    return [
        Shared(name, totals.get((name, "lines"), 0), totals.get((name, "behind"), 0), totals.get((name, "lag"), 0))
        for name in names
    ]


def next_minute(now: datetime) -> datetime:
    """The right edge of the picture, which does not move with every second."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def is_late(last: Pass | None, now: datetime) -> bool:
    """Whether the samples are too old to say anything of now."""
    return last is None or now - datetime.fromisoformat(last.ended_at) > LATE
