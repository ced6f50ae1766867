"""Deploying from the console: one piece of work at a time in a thread of its own; the engine makes it safe to kill."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from connector.errors import RoadbookError

log = structlog.get_logger()


@dataclass(frozen=True)
class Ending:
    """How the last piece of work ended: `problem` says why it did not do what it was asked to."""

    what: str
    by: str
    problem: str = ""


class DesignWork:
    """At most one deploy, rollback or accept of this process. Other processes are held off by the engine itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._doing = ""
        self._ending: Ending | None = None

    @property
    def doing(self) -> str:
        """What is under way here (deploy, rollback, accept); empty if nothing is."""
        with self._lock:
            return self._doing if self._thread is not None and self._thread.is_alive() else ""

    @property
    def ending(self) -> Ending | None:
        """How the last one ended; None if there was none, or one is under way."""
        with self._lock:
            return None if self._thread is not None and self._thread.is_alive() else self._ending

    def begin(self, what: str, by: str, work: Callable[[], object]) -> bool:
        """Start it and return at once; False if something is under way here already."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return False
            self._doing, self._ending = what, None
            self._thread = threading.Thread(target=self._run, args=(what, by, work), name=f"design-{what}", daemon=True)
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Wait until nothing is under way here, at most so long."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self, what: str, by: str, work: Callable[[], object]) -> None:
        log.info("design.begun", what=what, by=by)
        try:
            work()
            ending = Ending(what, by)
        except RoadbookError as error:
            ending = Ending(what, by, str(error))
            log.warning("design.stopped", what=what, by=by, reason=str(error))
        except Exception:
            ending = Ending(what, by, "The console failed; its log says where. Nothing half done stays: try again.")
            log.exception("design.failed", what=what, by=by)
        with self._lock:
            self._ending = ending
        log.info("design.ended", what=what, by=by)
