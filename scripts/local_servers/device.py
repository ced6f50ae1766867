"""Drives a rep's device (scripts/device): a Node process with the rep's own PouchDB replicas."""

from __future__ import annotations

import itertools
import json
import os
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from local_servers import SCRIPTS
from local_servers.node import node
from local_servers.process import Child, ProcessError

PROGRAM = SCRIPTS / "device" / "device.mjs"


class DeviceError(Exception):
    """The device answered that it could not do what was asked; the text says why."""


class Device:
    """One device of one rep. With a directory its replicas outlive the process; without one they are in memory.

    `server` is CouchDB's address without credentials. The device runs from construction on.
    """

    def __init__(
        self,
        *,
        server: str,
        user: str,
        password: str,
        rep: str,
        territory: str,
        log: Path,
        directory: Path | None = None,
        name: str = "device",
    ) -> None:
        self.name = name
        self.rep = rep
        self.log = log
        self._storage = ["--memory"] if directory is None else ["--directory", str(directory)]
        self._options = ["--server", server, "--user", user, "--rep", rep, "--territory", territory, "--name", name]
        self._password = password
        self._offline = False
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._gone = False
        self._child = self._start()

    def call(self, verb: str, *, deadline: float = 60, **fields: Any) -> dict[str, Any]:
        """Have the device do one thing and return its answer; calls from several threads go side by side.

        Raises DeviceError when the device says no, ProcessError when it does not answer within `deadline` seconds
        or stops.
        """
        number = next(self._numbers)
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            if self._gone:  # its pipe may still take a line that nobody will read
                raise ProcessError(f"{self.name} has stopped; {self._child.last_words()}")
            self._waiting[number] = future
        try:
            self._child.send(json.dumps({"id": number, "do": verb, **fields}))
            answer = future.result(deadline)
        except TimeoutError:
            raise ProcessError(f"{self.name} did not answer {verb!r} within {deadline:g} s") from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)
        if "error" in answer:
            raise DeviceError(f"{self.name} cannot {verb}: {answer['error']}")
        result: dict[str, Any] = answer["ok"]
        return result

    def network(self, up: bool) -> None:
        """Cut the device off from the server, or connect it again; a restart does not change it."""
        self.call("network", up=up)
        self._offline = not up

    def wait_for_receipts(self, *, timeout: float = 30, **which: Any) -> list[dict[str, Any]]:
        """The receipts of `orders` (ids) or `count` of them, once they are settled on the device.

        Raises DeviceError after `timeout` seconds, saying which are missing.
        """
        answer = self.call("wait_for_receipts", timeout=timeout, deadline=timeout + 30, **which)
        receipts: list[dict[str, Any]] = answer["receipts"]
        return receipts

    @property
    def pid(self) -> int:
        """The process id of the device that runs now."""
        return self._child.pid

    def alive(self) -> bool:
        """Whether the device runs."""
        return self._child.alive()

    def stop(self) -> int:
        """Switch the device off; returns its exit status."""
        return self._child.stop()

    def kill9(self) -> None:
        """The battery falls out."""
        self._child.kill9()

    def restart(self) -> None:
        """Switch it on again with what its directory holds; raises ValueError for a device in memory."""
        if self._storage == ["--memory"]:
            raise ValueError("a device in memory forgets everything when it stops")
        if self._child.alive():
            self._child.stop()
        self._child = self._start()

    def _start(self) -> Child:
        self._gone = False
        return Child(
            self.name,
            [node(), PROGRAM, *self._options, *self._storage, *(["--offline"] if self._offline else [])],
            log=self.log,
            environment={**os.environ, "DEVICE_PASSWORD": self._password},
            on_line=self._take,
            on_end=self._give_up,
        )

    def _take(self, line: str) -> None:
        try:
            answer = json.loads(line)
        except ValueError:
            return
        with self._lock:
            future = self._waiting.pop(answer.get("id"), None)
        if future is not None:
            future.set_result(answer)

    def _give_up(self) -> None:
        with self._lock:
            self._gone = True
            waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            future.set_exception(ProcessError(f"{self.name} stopped before it answered"))
