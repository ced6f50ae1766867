"""The doorbell: `_db_updates` says which orders databases have news. It may miss some; the sweep does not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError, CouchUnreachable, NotFound
from connector.identifiers import rep_of

HEARTBEAT = 10_000  # milliseconds; three missed ones end the connection
FIRST_PAUSE = 0.5  # seconds before the feed is opened again, doubled up to
LONGEST_PAUSE = 30.0  # seconds

log = structlog.get_logger()


class Doorbell:
    """Listens until told to stop; `rang(database)` for news, `opened()` after every (re)connection."""

    def __init__(
        self, server: CouchServer, rang: Callable[[str], None], opened: Callable[[], None], stop: threading.Event
    ) -> None:
        self._server = server
        self._rang = rang
        self._opened = opened
        self._stop = stop
        self.heard_at: float | None = None  # monotonic time of the last line, heartbeats included
        self.missing = False  # True where the server has no `_db_updates` feed

    def listen(self) -> None:
        """Run the feed; runs in a thread of its own."""
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            opened = time.monotonic()
            try:
                self._follow()
                pause = FIRST_PAUSE
            except NotFound:
                if not self.missing:
                    log.warning(
                        "doorbell.missing", hint="the database _global_changes does not exist; the sweep carries on"
                    )
                    self.missing = True
                    self._opened()
                pause = LONGEST_PAUSE
            except CouchUnreachable as error:
                log.warning("doorbell.broken", reason=str(error))
            except CouchError as error:
                log.error("doorbell.refused", reason=str(error))
            except Exception:
                log.exception("doorbell.crashed")
            if time.monotonic() - opened > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            self._stop.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _follow(self) -> None:
        # The sequence is taken before the sweep runs, so that what happens during the sweep rings afterwards.
        since = self._server.call("GET", "_db_updates", since="now", limit=1)["last_seq"]
        self.missing = False
        self._opened()
        lines = self._server.lines("_db_updates", feed="continuous", since=since, heartbeat=HEARTBEAT)
        for line in lines:
            self.heard_at = time.monotonic()
            if self._stop.is_set():
                return
            if not line.strip():
                continue
            update = json.loads(line)
            name = update.get("db_name", "")
            if rep_of(name) is not None and update.get("type") != "deleted":
                self._rang(name)
