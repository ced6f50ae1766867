"""How far the distribution has come: one document, changed by compare-and-swap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connector.couch import Database
from connector.errors import DocumentConflict

PROGRESS = "distribution:customers"
RETRY = timedelta(hours=1)  # between two attempts to write copies that CouchDB refused
STORED = ("mark", "since", "instance", "prices", "thorough", "compact", "ended_at", "refused", "refused_at", "missing")


@dataclass(frozen=True)
class Distributed:
    """What a run did: documents of the master that it read, copies that it wrote and removed."""

    read: int = 0
    written: int = 0
    removed: int = 0
    refused: int = 0

    def __add__(self, other: Distributed) -> Distributed:
        return Distributed(
            self.read + other.read,
            self.written + other.written,
            self.removed + other.removed,
            self.refused + other.refused,
        )


@dataclass(frozen=True)
class Progress:
    """`mark` sums up the rules that every copy follows; None while that is not so.

    `since` is the master's sequence up to which its content was passed on, `instance` which master that was, `prices`
    the revision of the price assignments in the copies. `thorough`: contents have to be compared, not only ids.
    `compact`: territories whose files still hold what was removed. `refused`: how many copies CouchDB would not take,
    as of `refused_at`. `missing`: territories that have no database.
    """

    mark: str | None = None
    since: str | None = None
    instance: str | None = None
    prices: str | None = None
    thorough: bool = True
    compact: tuple[str, ...] = ()
    ended_at: str | None = None
    refused: int = 0
    refused_at: str | None = None
    missing: tuple[str, ...] = ()
    revision: str | None = None

    def with_refused(self, refused: int, compared: bool, at: str) -> Progress:
        """With the copies that a run was refused: all there are if it `compared` everything, else at least these."""
        moment = at if refused else None
        if compared:
            return replace(self, refused=refused, refused_at=moment)
        return replace(self, refused=max(self.refused, refused), refused_at=self.refused_at or moment)

    def retry_is_due(self, now: datetime) -> bool:
        """Whether copies that were refused are to be tried again."""
        return self.refused_at is not None and now - datetime.fromisoformat(self.refused_at) >= RETRY


class ProgressRecord:
    """Reads and writes the document."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> Progress:
        """How far it has come; the beginning if nothing is on record."""
        document = self._database.get(PROGRESS)
        return Progress() if document is None else progress_of(document)

    def save(self, progress: Progress) -> Progress:
        """Store it; raises DocumentConflict if somebody else did since it was loaded."""
        fields: dict[str, Any] = {name: getattr(progress, name) for name in STORED}
        lists = {"compact": list(progress.compact), "missing": list(progress.missing)}
        document = {"_id": PROGRESS, "type": "distribution", "schema": 1, **fields, **lists}
        document |= {"_rev": progress.revision} if progress.revision else {}
        return replace(progress, revision=self._database.put(document))

    def doubt(self) -> None:
        """Have everything compared again, whoever else is at work."""
        while True:
            try:
                self.save(replace(self.load(), mark=None, thorough=True))
            except DocumentConflict:
                continue
            return


def progress_of(document: dict[str, Any]) -> Progress:
    """A stored document as a record."""
    fields = {name: document[name] for name in STORED if name in document}
    lists = {name: tuple(document.get(name, ())) for name in ("compact", "missing")}
    return Progress(**fields | lists, revision=document["_rev"])
