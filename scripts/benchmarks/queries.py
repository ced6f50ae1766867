"""Queries of one view at a steady pace while something else goes on, and how long each one took."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

from connector.couch import Database
from connector.errors import CouchError, RoadbookError

EVERY = 0.05  # seconds between two queries
ROWS = 10  # of one query


class Queries:
    """Queries inside `with`. `seconds` holds one figure for every query that was due, also for those due meanwhile.

    With `patient`, a query that CouchDB gives up (500, after a minute) is asked again; `given_up` counts them.

    A query that takes long holds back those after it, as it would keep a person from asking again: they count with the
    time that they would have waited, otherwise one long wait would hide behind many quick answers.
    """

    def __init__(self, database: Database, design: str, view: str, patient: bool = False) -> None:
        self.seconds: list[float] = []
        self.given_up = 0
        self._patient = patient
        self._asked = (design, view)
        self._database = database
        self._over = threading.Event()
        self._problem = ""
        self._thread = threading.Thread(target=self._ask, name="queries")

    def __enter__(self) -> Queries:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if error is None and self._problem:
            raise RoadbookError(self._problem)

    def _ask(self) -> None:
        while not self._over.is_set():
            started = time.monotonic()
            try:
                rows = self.answer()
            except CouchError as error:
                self._problem = f"a query failed: {error}"
                return
            took = time.monotonic() - started
            if len(rows) < ROWS:
                self._problem = f"a query saw {len(rows)} rows instead of {ROWS}: an index that is empty or half built"
                return
            while took > 0:
                self.seconds.append(took)
                took -= EVERY
            self._over.wait(max(0.0, EVERY - (time.monotonic() - started)))

    def answer(self) -> list[dict[str, Any]]:
        """Ask once, and wait for the answer; raises CouchError."""
        design, view = self._asked
        while True:
            try:
                return self._database.view(design, view, limit=ROWS, reduce=False)
            except CouchError as error:
                if not self._patient or error.status != 500:
                    raise
                self.given_up += 1
