"""Starts the sandbox QuickBooks: an HTTP server of ours that behaves as QuickBooks Online documents itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Literal

import requests

from local_servers import SCRIPTS
from local_servers.process import Child, ProcessError

CONTROL_TIMEOUT = 30  # seconds

Limits = Literal["off", "documented"]


class Sandbox:
    """A running sandbox company, with what an app needs to connect to it."""

    def __init__(self, state: Path | None, limits: Limits, empty: bool, port: int, log: Path) -> None:
        self.state = state
        self.log = log
        self._limits = limits
        self._empty = empty
        self._child = self._start(port)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._child.ready["port"])

    @property
    def url(self) -> str:
        """http://127.0.0.1:port: what QUICKBOOKS_ENVIRONMENT is set to."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def realm(self) -> str:
        """The company's realm id."""
        return str(self._child.ready["realm"])

    @property
    def client_id(self) -> str:
        """The client id of the app that may connect."""
        return str(self._child.ready["client_id"])

    @property
    def client_secret(self) -> str:
        """That app's client secret."""
        return str(self._child.ready["client_secret"])

    @property
    def refresh_token(self) -> str:
        """A refresh token that the company has granted to that app."""
        return str(self._child.ready["refresh_token"])

    @property
    def pid(self) -> int:
        """The process id of the sandbox that runs now."""
        return self._child.pid

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """One request to the control endpoint (`path` below `/_control/`), for faults and for looking at the company.

        Raises ProcessError when the sandbox refuses it.
        """
        answer = requests.request(method, f"{self.url}/_control/{path}", json=json, timeout=CONTROL_TIMEOUT)
        if answer.status_code >= 400:
            raise ProcessError(f"sandbox QuickBooks: {method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None

    def alive(self) -> bool:
        """Whether the sandbox runs."""
        return self._child.alive()

    def stop(self) -> int:
        """Stop it; returns the exit status."""
        return self._child.stop()

    def kill9(self) -> None:
        """End it as a crash would."""
        self._child.kill9()

    def restart(self) -> None:
        """Start it again on the same port with the company of its state file; ValueError for one in memory."""
        if self.state is None:
            raise ValueError("a sandbox company in memory has nothing to restart with")
        port = self.port
        if self._child.alive():
            self._child.stop()
        self._child = self._start(port)

    def _start(self, port: int) -> Child:
        argv: list[str | Path] = [sys.executable, "-m", "quickbooks_sandbox", "--port", str(port)]
        argv += ["--state", self.state or ":memory:", "--limits", self._limits, "--follow-stdin"]
        argv += ["--no-history", "--latency", "0"]
        if self._empty:
            argv.append("--empty-company")
        environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONUNBUFFERED": "1"}
        return Child("sandbox QuickBooks", argv, log=self.log, environment=environment)


def start(
    *, log: Path, state: Path | None = None, limits: Limits = "off", empty: bool = False, port: int = 0
) -> Sandbox:
    """Start a sandbox whose company is kept in the file `state`, or in memory without one.

    `limits` "documented" enforces QuickBooks' own; `empty` starts without products and customers. Port 0: the system
    chooses a free one. Raises ProcessError when it does not come up.
    """
    return Sandbox(state, limits, empty, port, log)
