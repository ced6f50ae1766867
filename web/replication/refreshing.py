"""Keeps the snapshots near what the databases hold, so that a new device seldom has to wait for one."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError
from connector.identifiers import CATALOG, customers_database
from web.replication.snapshots import News, NoSnapshot, Snapshots, has_snapshots, is_handy, may_be_served

LOOK_EVERY = 5.0  # seconds between looks at the databases' update sequences
MANY = 200  # changes after which a snapshot is built anew, or, if that is less,
SHARE = 0.2  # of its documents: devices ask for a new base from there on
STALE_AFTER = 900.0  # seconds after which it is, whatever few changes there are
REST = 20.0  # times the seconds a build took: so long the database is left alone, unless a snapshot must not be served
KEYS = 100  # databases in one `_dbs_info` request, CouchDB's own limit

log = structlog.get_logger()


@dataclass
class Standing:
    """What is known of one database: the update sequence that its snapshot has, and since when that is not so."""

    current: str = ""
    changed_at: float | None = None
    built_at: float = float("-inf")
    rest: float = 0.0


def is_due(standing: Standing, news: News, documents: int, now: float) -> bool:
    """Whether so much has changed, for so long, that a new snapshot is worth its cost; the old one has `documents`."""
    if now - standing.built_at < standing.rest:
        return False
    return news.changes >= min(MANY, SHARE * documents) or (
        standing.changed_at is not None and now - standing.changed_at >= STALE_AFTER
    )


class Refreshing:
    """Looks at all databases that have snapshots and builds those that are missing, too old, or must not be served."""

    def __init__(self, admin: CouchServer, snapshots: Snapshots) -> None:
        self._admin = admin  # `_all_dbs` and `_dbs_info` are for admins only
        self._snapshots = snapshots
        self._standings: dict[str, Standing] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new. What is under way need not be waited for: half a snapshot is never seen."""
        self._stopping.set()

    def _run(self) -> None:
        away = False
        while not self._stopping.is_set():
            try:
                self.look(time.monotonic())
                away = False
            except CouchError as error:
                if not away:
                    log.warning("snapshot.no_look", kind=type(error).__name__, reason=str(error))
                away = True
            except Exception:  # a look that fails must not end all later ones
                log.exception("snapshot.look_failed")
            self._stopping.wait(LOOK_EVERY)

    def look(self, now: float) -> list[str]:
        """Look once; returns the databases whose snapshots were built. Raises CouchError."""
        names = self.names()
        self._standings = {name: self._standings.get(name, Standing()) for name in names}
        for name in self._snapshots.shelf.databases() - set(names):
            self._snapshots.shelf.drop(name)  # of a territory that was deleted
        built: list[str] = []
        for start in range(0, len(names), KEYS):
            for name, info in self._admin.databases_info(names[start : start + KEYS]).items():
                if self._stopping.is_set():
                    return built
                if info is not None and self._look_at(name, info, now):
                    built.append(name)
        return built

    def names(self) -> list[str]:
        """The databases that there are, the catalog first."""
        prefix = customers_database("")
        found = self._admin.call("GET", "_all_dbs", startkey=f'"{prefix}"', endkey=f'"{prefix}\ufff0"')
        return [CATALOG, *(name for name in found if has_snapshots(name))]

    def _look_at(self, name: str, info: dict[str, Any], now: float) -> bool:
        standing, generation = self._standings[name], self._snapshots.generations.of(info)
        newest = self._snapshots.shelf.newest(name)
        mark = f"{generation} {info['update_seq']}"
        if newest is not None and newest.generation == generation:
            if standing.current == mark:
                return False
            news = self._snapshots.news(name, newest.sequence)
            if news.changes == 0:
                standing.current, standing.changed_at = mark, None
                return False
            standing.changed_at = now if standing.changed_at is None else standing.changed_at
            if (
                may_be_served(newest, generation, news)
                and is_handy(news)
                and not is_due(standing, news, newest.count, now)
            ):
                return False
        started = time.monotonic()
        try:
            if not self._snapshots.renew(name, newest, "missing" if newest is None else "changed"):
                return False
        except NoSnapshot:
            return False
        spent = time.monotonic() - started
        standing.changed_at, standing.built_at, standing.rest = None, now + spent, REST * spent
        return True
