"""The posters: a few threads that carry ledger rows to QuickBooks and their receipts back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from connector.errors import CouchError, CouchUnreachable, LeaseLost
from connector.ledger import Ledger, Row
from connector.posting import Posting
from connector.work_queue import WorkQueue

GROUP = 30  # rows taken at once: the most that one batch of QuickBooks holds
PAUSE = 1.0  # seconds before rows are tried again that could not be recorded
CRASHES = 5  # times the program may fail on a row before a person must look at it
CRASH_PAUSE = 60.0  # seconds before such a row is set apart again when that could not be recorded

log = structlog.get_logger()


class Posters:
    """Rows with work to do, and the threads that do it."""

    def __init__(
        self,
        posting: Posting,
        threads: int,
        lost: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._posting = posting
        self._lost = lost
        self._clock = clock
        self._queue = WorkQueue(clock)
        self._crashes: dict[str, int] = {}
        self._refusals: dict[str, int] = {}
        self._threads = [threading.Thread(target=self._post, name=f"poster-{n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float) -> None:
        """Let every thread finish the rows it has in hand, at most `timeout` seconds each."""
        self._queue.close()
        for thread in self._threads:
            thread.join(timeout)

    def found(self, row: Row) -> None:
        """Have a row worked on when it is due."""
        self._queue.add(row.id, due_seconds(row.due_at))

    def load(self, ledger: Ledger, until: str) -> int:
        """Take up every row that is due until a time; returns how many there are."""
        rows = ledger.due(until)
        for due_at, row_id in rows:
            self._queue.add(row_id, due_seconds(due_at))
        return len(rows)

    def __len__(self) -> int:
        return len(self._queue)

    def _post(self) -> None:
        while True:
            row_ids = self._queue.take(GROUP)
            if not row_ids:
                return
            try:
                self._work(row_ids)
            finally:
                self._queue.done(row_ids)

    def _work(self, row_ids: Sequence[str]) -> None:
        try:
            for row in self._posting.work(row_ids):
                self._refusals.pop(row.id, None)
                self._crashes.pop(row.id, None)
                if row.work is not None:
                    self.found(row)
        except LeaseLost as error:
            log.error("poster.lease_lost", reason=str(error))
            self._lost()
        except CouchUnreachable as error:
            log.warning("poster.not_recorded", reason=str(error), rows=len(row_ids))
            self._again(row_ids, PAUSE)
        except CouchError as error:
            log.warning("poster.refused", reason=str(error), rows=len(row_ids))
            self._part(row_ids)
        except Exception as error:
            log.exception("poster.crashed", rows=list(row_ids))
            self._isolate(row_ids, error)

    def _part(self, row_ids: Sequence[str]) -> None:
        """CouchDB refuses something of a group: do its rows one by one, and the refused one later and later."""
        if len(row_ids) > 1:
            for row_id in row_ids:
                self._work([row_id])
            return
        refusals = self._refusals[row_ids[0]] = self._refusals.get(row_ids[0], 0) + 1
        self._again(row_ids, min(PAUSE * 2 ** min(refusals, 10), CRASH_PAUSE))

    def _isolate(self, row_ids: Sequence[str], error: Exception) -> None:
        """The program failed on a group: try its rows one by one, and park the one that it keeps failing on."""
        if len(row_ids) > 1:
            for row_id in row_ids:
                self._work([row_id])
            return
        row_id = row_ids[0]
        self._crashes[row_id] = self._crashes.get(row_id, 0) + 1
        if self._crashes[row_id] < CRASHES:
            self._again(row_ids, PAUSE)
            return
        del self._crashes[row_id]
        try:
            self._posting.give_up(row_id, error)
        except Exception as failure:
            log.error("poster.cannot_park", row=row_id, reason=str(failure))
            self._again(row_ids, CRASH_PAUSE)

    def _again(self, row_ids: Sequence[str], pause: float) -> None:
        for row_id in row_ids:
            self._queue.add(row_id, self._clock() + pause)


def due_seconds(due_at: str) -> float:
    """A ledger time as seconds since the epoch."""
    return datetime.fromisoformat(due_at).timestamp()
