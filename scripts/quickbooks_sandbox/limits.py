"""QuickBooks' documented limits, and counters of every call.

Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/rest-api-features#limits-and-throttles
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from quickbooks_sandbox.faults import throttled

PER_MINUTE = 500
PER_SECOND = 10
CONCURRENT = 10
BATCHES_PER_MINUTE = 40  # unless the switch allows more


class Limits:
    """Sliding windows per company; counts calls and refusals whether it enforces or not."""

    def __init__(self, switches: Callable[[], dict[str, Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self._switches = switches
        self.calls: Counter[str] = Counter()
        self.refused = 0
        self.busiest_minute = 0
        self.most_concurrent = 0
        self._clock = clock
        self._arrivals: deque[float] = deque()
        self._batches: deque[float] = deque()
        self._running = 0
        self._lock = threading.Lock()

    @contextmanager
    def admitted(self, kind: str) -> Iterator[None]:
        """Admit one call, or raise the 429 fault."""
        with self._lock:
            self._admit(kind)
            self._running += 1
            self.most_concurrent = max(self.most_concurrent, self._running)
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    def _admit(self, kind: str) -> None:
        now = self._clock()
        for window in (self._arrivals, self._batches):
            while window and window[0] <= now - 60:
                window.popleft()
        if self._switches()["limits"] == "documented" and self._is_over(kind, now):
            self.refused += 1
            raise throttled()
        self.calls[kind] += 1
        self._arrivals.append(now)
        self.busiest_minute = max(self.busiest_minute, len(self._arrivals))
        if kind == "batch":
            self._batches.append(now)

    def _is_over(self, kind: str, now: float) -> bool:
        in_last_second = sum(1 for arrival in list(self._arrivals)[-PER_SECOND:] if arrival > now - 1)
        return (
            len(self._arrivals) >= PER_MINUTE
            or in_last_second >= PER_SECOND
            or self._running >= CONCURRENT
            or (kind == "batch" and len(self._batches) >= self._switches()["batches_per_minute"])
        )
