"""The thread that does what a connection has to do beside its requests: keep its claim, save its counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from connector.errors import CouchError

AFTER_FAILURE = 2.0  # seconds

log = structlog.get_logger()

Task = Callable[[], float | None]


class Upkeep:
    """Calls each task when it is due; a task returns the seconds until then, or None to sleep until `wake`.

    The thread starts with the first `wake`, so a connection that is never used has none.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self._news = threading.Event()
        self._stopped = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Something happened that a task may have to see to; cheap, and safe to call from any thread."""
        with self._lock:
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._keep, name="quickbooks-upkeep", daemon=True)
                self._thread.start()
        self._news.set()

    def stop(self) -> None:
        """End the thread after the task it is in."""
        with self._lock:
            self._stopped = True
        self._news.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        pause: float | None = 0.0
        while True:
            self._news.wait(pause)
            self._news.clear()
            if self._stopped:
                return
            pauses = [due for due in map(done, self._tasks) if due is not None]
            pause = min(pauses, default=None)


def done(task: Task) -> float | None:
    """Do a task; one that CouchDB prevents, or that fails in any other way, is tried again in two seconds."""
    try:
        return task()
    except CouchError as error:
        log.warning("quickbooks.not_kept", reason=str(error))
        return AFTER_FAILURE
    except Exception:
        # Nothing that goes wrong in one task may end the thread that keeps them all.
        log.exception("quickbooks.upkeep_failed")
        return AFTER_FAILURE
