"""Ledger rows with work to do, by the time it is due; a row is never handed to two threads at once."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterable


class WorkQueue:
    """A queue of row ids ordered by due time (seconds since the epoch)."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._taken: set[str] = set()
        self._closed = False

    def add(self, row_id: str, due: float) -> None:
        """Put a row in, or move it if it is there already; the earlier time counts."""
        with self._changed:
            if row_id in self._due and self._due[row_id] <= due:
                return
            self._due[row_id] = due
            heapq.heappush(self._heap, (due, row_id))
            self._changed.notify()

    def take(self, limit: int) -> list[str]:
        """Wait for rows that are due and take up to `limit` of them; an empty list once the queue is closed."""
        with self._changed:
            while not self._closed:
                rows = self._pop_due(limit)
                if rows:
                    self._taken.update(rows)
                    return rows
                wait = self._heap[0][0] - self._clock() if self._heap else None
                self._changed.wait(None if wait is None else max(wait, 0.001))
            return []

    def _pop_due(self, limit: int) -> list[str]:
        now = self._clock()
        rows: list[str] = []
        busy: list[tuple[float, str]] = []
        while self._heap and self._heap[0][0] <= now and len(rows) < limit:
            due, row_id = heapq.heappop(self._heap)
            if self._due.get(row_id) != due:
                continue
            if row_id in self._taken:
                busy.append((due, row_id))
                continue
            del self._due[row_id]
            rows.append(row_id)
        for due, row_id in busy:
            # Its thread is still at work on it: `done` makes it available again.
            self._due[row_id] = due
        return rows

    def done(self, row_ids: Iterable[str]) -> None:
        """Say that the work on taken rows is over, so that they may be handed out again."""
        with self._changed:
            for row_id in row_ids:
                self._taken.discard(row_id)
                if row_id in self._due:
                    heapq.heappush(self._heap, (self._due[row_id], row_id))
            self._changed.notify_all()

    def close(self) -> None:
        """Wake every waiting thread with an empty answer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._due)
