"""Waiting for documents of a database by its own changes feed, as a rep's client does: nothing is polled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from connector.couch import Database
from connector.errors import RoadbookError

LONGPOLL = 2000  # milliseconds until a feed without news answers, so that a deadline is noticed


class Follower:
    """Reads the ids of changed documents, each change once."""

    def __init__(self, database: Database, since: str | None = None) -> None:
        self._database = database
        self._since = str(database.info()["update_seq"]) if since is None else since

    def changed(self, wait: int = LONGPOLL) -> list[str]:
        """The ids of the documents changed since the last call; waits up to `wait` milliseconds for the first."""
        page = self._database.call("GET", "_changes", feed="longpoll", since=self._since, timeout=wait)
        self._since = str(page["last_seq"])
        return [row["id"] for row in page["results"]]

    def wait_for(
        self, ids: Iterable[str], seconds: float, what: str, arrived: Callable[[int], None] = lambda count: None
    ) -> float:
        """Wait until each of these documents has been seen; returns the monotonic time of the last one.

        `arrived(count)` hears of every few that came. Raises RoadbookError when no document came for `seconds`.
        """
        missing = set(ids)
        last = heard = time.monotonic()
        while missing:
            found = missing.intersection(self.changed())
            now = time.monotonic()
            if found:
                missing -= found
                last = heard = now
                arrived(len(found))
            elif now - heard > seconds:
                raise RoadbookError(f"{len(missing)} {what} have not come for {seconds:g} s in {self._database.name}")
        return last
