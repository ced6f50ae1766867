"""The claim on the copies: one process at a time reads QuickBooks for them, so nothing older is written over newer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connector.couch import Database
from connector.errors import LeaseLost, RoadbookError
from connector.lease import Lease

CLAIM = "claim:catalog"
LOOK = 0.5  # seconds between two looks at a claim that somebody else has


class CatalogBusy(RoadbookError):
    """Another process is bringing products and customers over; it is not ours to do at the moment."""


class Claim:
    """Held while QuickBooks is read and what was found is written; works like the connector's lease."""

    def __init__(self, database: Database, life: float) -> None:
        self._lease = Lease(database, life, name=CLAIM)
        self._gone = threading.Event()

    @contextmanager
    def held(self, patience: float = 0.0, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the claim inside; waits for so many seconds. Raises CatalogBusy when somebody else keeps it.

        `waiting` is called once if it has to wait.
        """
        until, told = time.monotonic() + patience, False
        while not self._lease.try_take():
            if time.monotonic() >= until:
                raise CatalogBusy("another process is bringing products and customers over just now")
            if not told:
                waiting()
                told = True
            time.sleep(LOOK)
        done = threading.Event()
        self._gone.clear()
        keeper = threading.Thread(target=self._lease.keep, args=(done, self._gone.set), name="claim", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()
            if not self._gone.is_set():
                self._lease.release()

    def ensure(self) -> None:
        """Raise CatalogBusy unless the claim is still held; called right before anything is written."""
        try:
            self._lease.ensure()
        except LeaseLost as error:
            raise CatalogBusy("the claim on products and customers has run out without being renewed") from error
