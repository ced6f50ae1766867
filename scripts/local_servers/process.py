"""A child process that says when it is ready and never outlives the process that started it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

READY_DEADLINE = 30.0  # seconds
STOP_DEADLINE = 10.0  # seconds between SIGTERM and SIGKILL
STRAGGLER_DEADLINE = 1.0  # seconds that the output may stay open after the process has ended


class ProcessError(Exception):
    """A process did not start, did not answer in time, or stopped when it was needed."""


class Child:
    """One process: started when constructed, ready when the constructor returns.

    The process prints one JSON line with `"ready": true` on its standard output. Later lines go to `on_line`, or to the
    log where its standard error goes too; `on_end` is called once when its output ends. Both are called on a thread
    of the child's own. Its standard input is a pipe that closes with this process.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
        deadline: float = READY_DEADLINE,
        on_line: Callable[[str], None] | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._on_line = on_line
        self._on_end = on_end
        self._first: Future[dict[str, Any]] = Future()
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            self._process = _spawner.start(
                [*_tied_to_parent(), *map(str, argv)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(os.environ if environment is None else environment),
                cwd=directory,
                start_new_session=True,
            )
        _running.add(self)
        self._reader = threading.Thread(target=self._read, name=f"{name} output", daemon=True)
        self._reader.start()
        self.ready = self._wait_until_ready(deadline)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def send(self, line: str) -> None:
        """Write one line to its standard input; raises ProcessError when it has stopped."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise ProcessError(f"{self.name} has stopped; {self.last_words()}") from error

    def wait(self, seconds: float) -> int:
        """Wait until it has stopped by itself and return its exit status; raises ProcessError when it goes on."""
        try:
            status = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProcessError(f"{self.name} still runs after {seconds:g} s; {self.last_words()}") from None
        self._release()
        return status

    def stop(self, seconds: float = STOP_DEADLINE) -> int:
        """SIGTERM, after `seconds` SIGKILL; returns the exit status (negative: the signal that ended it)."""
        if self.alive():
            self._signal(signal.SIGTERM)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
        return self.wait(STOP_DEADLINE)

    def kill9(self) -> None:
        """SIGKILL: the process has no chance to finish anything."""
        self._signal(signal.SIGKILL)
        self.wait(STOP_DEADLINE)

    def last_words(self, lines: int = 15) -> str:
        """The end of the log, for messages."""
        text = self.log.read_text(encoding="utf-8", errors="replace").strip() if self.log.exists() else ""
        end = "\n  ".join(text.splitlines()[-lines:])
        return f"the end of {self.log}:\n  {end}" if end else f"it wrote nothing to {self.log}"

    def _wait_until_ready(self, deadline: float) -> dict[str, Any]:
        try:
            return self._first.result(deadline)
        except TimeoutError:
            self.kill9()
            raise ProcessError(f"{self.name} was not ready within {deadline:g} s; {self.last_words()}") from None
        except EOFError:
            status = self.stop()
            why = f"{self.name} stopped with status {status} before it was ready; {self.last_words()}"
            raise ProcessError(why) from None

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self.log.open("ab", buffering=0) as log:
            for raw in self._process.stdout:
                if not self._first.done() and (ready := _ready_line(raw)) is not None:
                    self._first.set_result(ready)
                elif self._on_line is not None and self._first.done():
                    self._on_line(raw.decode("utf-8", errors="replace"))
                else:
                    log.write(raw)
        if not self._first.done():
            self._first.set_exception(EOFError())
        if self._on_end is not None:
            self._on_end()

    def _signal(self, number: signal.Signals) -> None:
        """To the process and to whatever it has started itself: they are a group of their own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _release(self) -> None:
        _running.discard(self)
        self._reader.join(STRAGGLER_DEADLINE)
        if self._reader.is_alive():  # something it has started still holds its output
            self._signal(signal.SIGKILL)
            self._reader.join()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # a line that it never read
            self._process.stdin.close()


def _ready_line(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) and line.get("ready") is True else None


def _tied_to_parent() -> list[str]:
    """The prefix that has Linux kill the child when its parent is gone, however that came about."""
    return ["setpriv", "--pdeathsig", "KILL", "--"] if sys.platform == "linux" and shutil.which("setpriv") else []


class _Spawner:
    """Starts every child on one thread that lives as long as this process: Linux counts the thread as the parent."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Future[subprocess.Popen[bytes]], Any, Any]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self, argv: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="spawner", daemon=True)
                self._thread.start()
        future: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((future, argv, options))
        try:
            return future.result()
        except OSError as error:
            raise ProcessError(f"cannot start {argv[0]}: {error.strerror}") from error

    def _work(self) -> None:
        while True:
            future, argv, options = self._orders.get()
            try:
                future.set_result(subprocess.Popen(argv, **options))
            except OSError as error:
                future.set_exception(error)


_spawner = _Spawner()
_running: weakref.WeakSet[Child] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    children = [child for child in _running if child.alive()]
    for child in children:
        os.kill(child.pid, signal.SIGTERM)
    until = time.monotonic() + STOP_DEADLINE
    for child in children:
        child.stop(max(0.0, until - time.monotonic()))
