"""Two connectors side by side, which are killed, paused and started again."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from pathlib import Path

from local_servers import CHECKOUT, SCRIPTS
from local_servers.process import Child

NAMES = ("first", "second")


class Connectors:
    """Both processes; `counted` says how often what was done to them. One thread at a time may call it."""

    def __init__(self, settings: dict[str, str], directory: Path) -> None:
        self.counted: Counter[str] = Counter()
        path = os.pathsep.join((str(CHECKOUT), str(SCRIPTS)))
        self._environment = {**os.environ, **settings, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
        self._directory = directory
        self._running: dict[str, Child] = {}
        self._paused: dict[str, threading.Timer] = {}

    def start_missing(self, *arguments: str) -> None:
        """Start each that does not run; the first one of them with these arguments."""
        for name in NAMES:
            child = self._running.get(name)
            if child is not None and child.alive():
                continue
            if child is not None:
                child.wait(10)
            self._running[name] = self._start(name, *arguments)
            self.counted["starts"] += 1
            arguments = ()

    def kill(self, name: str) -> None:
        """SIGKILL, at whatever it is doing."""
        child = self._running.get(name)
        if child is not None and child.alive():
            child.kill9()
            self.counted["kills"] += 1

    def pause(self, name: str, seconds: float) -> None:
        """Stop a process where it is and let it go on later, as a machine does that is suspended."""
        child = self._running.get(name)
        if child is None or not child.alive():
            return
        pid = child.pid
        os.killpg(pid, signal.SIGSTOP)
        self.counted["pauses"] += 1
        timer = threading.Timer(seconds, self._go_on, (child,))
        timer.daemon = True
        timer.start()

    def _go_on(self, child: Child) -> None:
        if child.alive():
            os.killpg(child.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Stop both in order."""
        for child in self._running.values():
            if child.alive():
                self._go_on(child)
                child.stop(20)
        self._running.clear()

    def _start(self, name: str, *arguments: str) -> Child:
        argv = [sys.executable, "-m", "chaos.hurried_connector", *arguments]
        log = self._directory / f"{name}.log"
        return Child(f"{name} connector", argv, log=log, environment=self._environment, directory=CHECKOUT)
