"""The snapshot of a database that may be handed out now: kept, or built at once."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError, CouchUnreachable, RoadbookError
from connector.identifiers import CATALOG, TERRITORY, customers_database
from web.replication.content import read_content
from web.replication.generations import Generations
from web.replication.shelf import Shelf, ShelfError, Snapshot

MOST_NEWS = 1000  # changes since a snapshot that a delta brings at once; with more a new snapshot is sooner there
PATIENCE = 15.0  # seconds a request waits for a snapshot that is being built
WAITING = 8  # requests that may wait at a time; the console has other things to do
FAILED_FOR = 30.0  # seconds in which a database that could not be packed is not tried again

log = structlog.get_logger()


class NoSnapshot(RoadbookError):
    """There is none and there cannot be one now: the device replicates as usual."""


class Busy(RoadbookError):
    """It is being built: ask again in a moment."""


@dataclass(frozen=True)
class News:
    """What happened in a database since a snapshot: how much, and whether anything may have been deleted."""

    changes: int
    deletions: bool


def has_snapshots(database: str) -> bool:
    """Whether a database is one of those that devices only read."""
    prefix = customers_database("")
    return database == CATALOG or (database.startswith(prefix) and bool(TERRITORY.fullmatch(database[len(prefix) :])))


def may_be_served(snapshot: Snapshot, generation: str, news: News) -> bool:
    """Whether a snapshot may be handed out at all: a customer that was taken from a territory is in none that may."""
    if snapshot.generation != generation:
        return False
    return not news.deletions or snapshot.manifest["database"] == CATALOG


def is_handy(news: News) -> bool:
    """Whether a device that begins with this snapshot is soon done with what comes after it."""
    return news.changes <= MOST_NEWS


class Snapshots:
    """Finds and builds snapshots with the connector's own account; who may have them is asked elsewhere, before."""

    def __init__(self, server: CouchServer, shelf: Shelf) -> None:
        self._server = server
        self.shelf = shelf
        self.generations = Generations(server)
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._waiting = threading.BoundedSemaphore(WAITING)
        self._failed: dict[str, tuple[float, str]] = {}

    def current(self, database: str, info: Mapping[str, Any]) -> Snapshot:
        """The newest, or one that is built now if that does not fit any more; many who ask at once build once.

        `info` is the database's information document. Raises NoSnapshot, Busy, CouchError.
        """
        generation = self.generations.of(info)
        found = self._fitting(database, generation)
        if found is not None:
            return found
        with self._turn(database):
            return self._fitting(database, generation) or self.build(database, "asked for")

    def renew(self, database: str, known: Snapshot | None, because: str) -> bool:
        """Build one unless there is a newer one than is known already; whether it was built.

        Raises NoSnapshot, CouchUnreachable.
        """
        with self._turns[database]:
            newest = self.shelf.newest(database)
            if newest is not None and (known is None or newest.hash != known.hash):
                return False
            self.build(database, because)
            return True

    def kept(self, database: str, info: Mapping[str, Any], content_hash: str) -> Snapshot | None:
        """The snapshot of a hash if it may still be served, else None; raises CouchError."""
        found = self.shelf.find(database, content_hash)
        if found is None or found.generation != self.generations.of(info):
            return None
        return found if may_be_served(found, found.generation, self.news(database, found.sequence)) else None

    def _fitting(self, database: str, generation: str) -> Snapshot | None:
        newest = self.shelf.newest(database)
        if newest is None or newest.generation != generation:
            return None
        news = self.news(database, newest.sequence)
        return newest if may_be_served(newest, generation, news) and is_handy(news) else None

    def news(self, database: str, since: str) -> News:
        """What a device that begins at this sequence has to be told; raises CouchError."""
        page = self._server.database(database).call("GET", "_changes", since=since, limit=MOST_NEWS)
        rows, pending = page["results"], int(page.get("pending") or 0)
        deleted = any(row.get("deleted") and not row["id"].startswith("_design/") for row in rows)
        return News(len(rows) + pending, deleted or pending > 0)  # what was not read may be anything

    def build(self, database: str, because: str) -> Snapshot:
        """Read, pack and keep one; raises NoSnapshot, CouchUnreachable."""
        failed_at, reason = self._failed.get(database, (float("-inf"), ""))
        if time.monotonic() - failed_at < FAILED_FOR:
            raise NoSnapshot(reason)
        try:
            return self._build(database, because)
        except CouchUnreachable:
            raise
        except (CouchError, ShelfError, ValueError) as error:
            self._failed[database] = (time.monotonic(), str(error))
            log.error("snapshot.failed", database=database, kind=type(error).__name__, reason=str(error))
            raise NoSnapshot(str(error)) from error

    def _build(self, database: str, because: str) -> Snapshot:
        self.shelf.check()
        started, at = time.monotonic(), datetime.now(UTC)
        content = read_content(self._server.database(database), self.generations.of)
        read = time.monotonic()
        newest = self.shelf.newest(database)
        snapshot = self.shelf.add(content, at, replace=newest is not None and not self._may_stay(newest))
        log.info(
            "snapshot.built",
            database=database,
            because=because,
            documents=content.count,
            bytes=snapshot.manifest["bytes"]["br"],
            seconds=round(time.monotonic() - started, 3),
            reading=round(read - started, 3),
        )
        return snapshot

    def _may_stay(self, older: Snapshot) -> bool:
        database = str(older.manifest["database"])
        generation = self.generations.of(self._server.database(database).info())
        return may_be_served(older, generation, self.news(database, older.sequence))

    @contextmanager
    def _turn(self, database: str) -> Iterator[None]:
        if not self._waiting.acquire(blocking=False):
            raise Busy("too many devices wait for a snapshot that is being built")
        try:
            lock = self._turns[database]
            if not lock.acquire(timeout=PATIENCE):
                raise Busy("the snapshot is still being built")
            try:
                yield
            finally:
                lock.release()
        finally:
            self._waiting.release()
