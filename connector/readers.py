"""The readers: a few threads that visit the databases with news, each database by one thread at a time."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import structlog

from connector.errors import CouchError, DocumentConflict, LeaseLost, NotFound
from connector.intake import Intake
from connector.work_queue import WorkQueue

FIRST_PAUSE = 0.2  # seconds before a database that could not be read is tried again, doubled up to
LONGEST_PAUSE = 60.0  # seconds

log = structlog.get_logger()


class Readers:
    """Databases with news, and the threads that read them."""

    def __init__(
        self, intake: Intake, threads: int, lost: Callable[[], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._intake = intake
        self._lost = lost
        self._clock = clock
        self._queue = WorkQueue(clock)
        self._swept: dict[str, str] = {}
        self._verified: set[str] = set()
        self._failures: dict[str, int] = {}
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._read, name=f"reader-{n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> None:
        """Let every thread finish the database it is in, at most `timeout` seconds each."""
        self._queue.close()
        for thread in self._threads:
            thread.join(timeout)

    def news(self, database: str, swept: str = "") -> None:
        """Have a database read soon; `swept` is the update sequence that the sweep saw."""
        with self._lock:
            if swept:
                self._swept[database] = swept
        self._queue.add(database, self._clock())

    def distrust(self) -> None:
        """The server may have been restarted or restored: check every database's echo at its next visit."""
        with self._lock:
            self._verified.clear()

    def __len__(self) -> int:
        return len(self._queue)

    def _read(self) -> None:
        while True:
            taken = self._queue.take(1)
            if not taken:
                return
            name = taken[0]
            try:
                self._visit(name)
            finally:
                self._queue.done(taken)

    def _visit(self, name: str) -> None:
        with self._lock:
            swept = self._swept.pop(name, "")
            verify = name not in self._verified
        try:
            self._intake.visit(name, swept, verify=verify)
        except DocumentConflict:
            # Another connector moved the checkpoint; what it read is on record.
            self._again(name, swept, 0.0)
        except LeaseLost as error:
            log.error("reader.lease_lost", reason=str(error))
            self._lost()
        except NotFound as error:
            log.error("reader.database_missing", database=name, reason=str(error))
        except CouchError as error:
            log.warning("reader.failed", database=name, reason=str(error))
            failures = self._failures[name] = self._failures.get(name, 0) + 1
            pause: float = min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE)
            self._again(name, swept, random.uniform(pause / 2, pause))
        except Exception:
            # One database must never end the thread that reads all the others.
            log.exception("reader.crashed", database=name)
            self._again(name, swept, LONGEST_PAUSE)
        else:
            with self._lock:
                self._failures.pop(name, None)
                self._verified.add(name)

    def _again(self, name: str, swept: str, pause: float) -> None:
        with self._lock:
            if swept:
                self._swept.setdefault(name, swept)
        self._queue.add(name, self._clock() + pause)
