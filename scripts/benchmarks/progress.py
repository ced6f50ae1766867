"""How far a long step has come, on standard error: one living line on a terminal, else a line every few seconds."""

from __future__ import annotations

import sys
import threading
import time
from typing import TextIO

EVERY = 5.0  # seconds between two lines of a step where there is no terminal
EVERY_ON_TERMINAL = 0.2  # seconds between two versions of the line on a terminal


class Progress:
    """Counts up to a total; `add` may be called from any thread."""

    def __init__(self, what: str, total: int, stream: TextIO | None = None) -> None:
        self._what = what
        self._total = total
        self._stream = stream or sys.stderr
        self._living = self._stream.isatty()
        self._done = 0
        self._lock = threading.Lock()
        self._started = self._shown = time.monotonic()
        self._show()

    def add(self, count: int = 1) -> None:
        """So many more are done; the last one ends the line."""
        with self._lock:
            self._done += count
            now = time.monotonic()
            if self._done >= self._total or now - self._shown >= (EVERY_ON_TERMINAL if self._living else EVERY):
                self._shown = now
                self._show()

    def _show(self) -> None:
        seconds = time.monotonic() - self._started
        text = f"  {self._what}: {self._done} of {self._total} ({seconds:.0f} s)"
        over = self._done >= self._total
        if self._living:
            self._stream.write(f"\r{text}" + ("\n" if over else ""))
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()


def say(text: str) -> None:
    """One line about what happens next."""
    print(text, file=sys.stderr, flush=True)
