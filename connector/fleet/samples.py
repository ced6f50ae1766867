"""What samples are kept as: one document a rep, one a database that all devices read, the last pass, the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.couch import Database
from connector.errors import DocumentConflict
from connector.fleet.lines import Line, line_of
from connector.records import time_text

SAMPLE = "fleet:"
PASS = "fleet_pass"
SLOT = timedelta(minutes=5)  # between two points of the history, which holds a week
HIGHEST: dict[str, str] = {}  # sorts after every text in a key of a view
KEPT_POINTS = 100  # of one rep's own history
EVERY_POINT = timedelta(minutes=15)  # between two of them

Document = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """One rep's lines, or those of a database that many devices read (`rep` empty); `update_seq` as it was then.

    `forgotten` are the checkpoints of clients that were thrown away: they stay for ever and have no line.
    """

    database: str
    lines: tuple[Line, ...] = ()
    rep: str = ""
    account: str = ""
    territory: str = ""
    update_seq: str = ""
    points: tuple[tuple[str, int], ...] = ()
    forgotten: tuple[str, ...] = ()
    revision: str | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """The document id."""
        return f"{SAMPLE}{self.database}"

    def as_document(self) -> Document:
        """The sample as it is stored."""
        document: Document = {
            "_id": self.id,
            "type": "fleet_sample",
            "schema": 1,
            "database": self.database,
            "rep": self.rep,
            "account": self.account,
            "territory": self.territory,
            "update_seq": self.update_seq,
            "lines": [line.as_document() for line in self.lines],
            "points": [list(point) for point in self.points],
            "forgotten": list(self.forgotten),
        }
        return document | ({"_rev": self.revision} if self.revision else {})


@dataclass(frozen=True)
class Pass:
    """One pass over all reps; `problem` says why it came to no end."""

    started_at: str
    ended_at: str
    seconds: float
    reps: int
    databases: int = 0
    file_bytes: int = 0
    active_bytes: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Point:
    """The whole fleet at one moment: documents behind in all, the most of one device, unsent, devices by state."""

    at: str
    lag: int
    most: int
    unsent: int
    states: Mapping[str, int]


def sample_of(document: Mapping[str, Any]) -> Sample:
    """A stored sample as a record."""
    return Sample(
        database=str(document.get("database", "")),
        lines=tuple(line_of(line) for line in document.get("lines", ())),
        rep=str(document.get("rep", "")),
        account=str(document.get("account", "")),
        territory=str(document.get("territory", "")),
        update_seq=str(document.get("update_seq", "")),
        points=tuple((str(at), int(lag)) for at, lag in document.get("points", ())),
        forgotten=tuple(map(str, document.get("forgotten", ()))),
        revision=document.get("_rev"),
    )


def with_point(points: Sequence[tuple[str, int]], lines: Iterable[Line], now: datetime) -> tuple[tuple[str, int], ...]:
    """A rep's history with the lag of now, where it is another one or some time has passed."""
    lag = sum(line.lag or 0 for line in lines)
    if points and points[-1][1] == lag and now - datetime.fromisoformat(points[-1][0]) < EVERY_POINT * 24:
        return tuple(points)
    if points and now - datetime.fromisoformat(points[-1][0]) < EVERY_POINT:
        return (*points[:-1], (points[-1][0], max(points[-1][1], lag)))
    return (*points, (time_text(now), lag))[-KEPT_POINTS:]


def point_of(lines: Iterable[Line], now: datetime) -> Point:
    """The whole fleet now."""
    counted: dict[str, int] = {}
    lags, unsent = [0], 0
    for line in lines:
        counted[line.state] = counted.get(line.state, 0) + 1
        lags.append(line.lag or 0)
        unsent += line.unsent or 0
    return Point(time_text(now), sum(lags), max(lags), unsent, counted)


class Samples:
    """Reads and writes them in `ops`."""

    def __init__(self, ops: Database) -> None:
        self.database = ops

    def load(self, databases: Iterable[str]) -> dict[str, Sample]:
        """Samples by the name of the database that they are about; those that were never taken are left out."""
        found = self.database.fetch(f"{SAMPLE}{name}" for name in databases)
        return {sample.database: sample for sample in map(sample_of, found.values())}

    def save(self, samples: Sequence[Sample]) -> None:
        """Write samples; where another console was faster its sample stands."""
        self.database.bulk([sample.as_document() for sample in samples])

    def forget(self, samples: Iterable[Sample]) -> None:
        """Delete samples of what is not there any more."""
        self.database.bulk([{"_id": each.id, "_rev": each.revision, "_deleted": True} for each in samples])

    def last_pass(self) -> Pass | None:
        """The last pass that ended; None before the first."""
        document = self.database.get(PASS) or {}
        known = {name: document[name] for name in Pass.__dataclass_fields__ if name in document}
        return Pass(**known) if {"started_at", "ended_at", "seconds", "reps"} <= set(known) else None

    def save_pass(self, done: Pass) -> None:
        """Put the end of a pass on record."""
        current = self.database.get(PASS) or {}
        revision = {"_rev": current["_rev"]} if current else {}
        document = {"_id": PASS, "type": "fleet_pass", "schema": 1, **done.__dict__, **revision}
        self._put(document)

    def save_point(self, point: Point, now: datetime) -> None:
        """Put a point of the history in its place of the week, where the one of a week ago was."""
        key = f"lag:{now.weekday()}-{now:%H}:{now.minute - now.minute % 5:02}"
        current = self.database.get(key) or {}
        revision = {"_rev": current["_rev"]} if current else {}
        body = {"at": point.at, "lag": point.lag, "most": point.most, "unsent": point.unsent, "states": point.states}
        self._put({"_id": key, "type": "lag", "schema": 1, **body, **revision})

    def history(self, since: datetime) -> list[Point]:
        """The points since a moment, the oldest first."""
        rows = self.database.view("fleet", "history", startkey=time_text(since.astimezone(UTC)))
        return [Point(str(row["key"]), **row["value"]) for row in rows]

    def _put(self, document: Document) -> None:
        try:
            self.database.put(document)
        except DocumentConflict:
            return  # another console wrote the same in this moment
