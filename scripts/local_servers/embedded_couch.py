"""Starts the embedded CouchDB-protocol server (demo grade: loopback only, no fsync)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from local_servers import SCRIPTS
from local_servers.node import node
from local_servers.process import Child

PROGRAM = SCRIPTS / "embedded_couch" / "server.js"
USER = "admin"


class EmbeddedCouch:
    """A running embedded server: `url` carries the admin's credentials, `address` does not."""

    def __init__(self, directory: Path | None, password: str, port: int, log: Path) -> None:
        self.directory = directory
        self.user = USER
        self.password = password
        self.log = log
        self._child = self._start(port)
        self.port: int = self._child.ready["port"]

    @property
    def address(self) -> str:
        """http://127.0.0.1:port"""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address with the admin's credentials."""
        return f"http://{self.user}:{self.password}@127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process id of the server that runs now."""
        return self._child.pid

    def alive(self) -> bool:
        """Whether the server runs."""
        return self._child.alive()

    def stop(self) -> int:
        """Stop it; returns the exit status."""
        return self._child.stop()

    def kill9(self) -> None:
        """End it as a crash would."""
        self._child.kill9()

    def restart(self) -> None:
        """Start it again on the same port and the same directory, stopping it first when it still runs.

        Raises ValueError for a server in memory: it would come back empty.
        """
        if self.directory is None:
            raise ValueError("an embedded server in memory has nothing to restart with")
        if self._child.alive():
            self._child.stop()
        self._child = self._start(self.port)

    def _start(self, port: int) -> Child:
        environment = {
            **os.environ,
            "EMBEDDED_COUCH_DIRECTORY": str(self.directory or ":memory:"),
            "EMBEDDED_COUCH_PORT": str(port),
            "EMBEDDED_COUCH_PASSWORD": self.password,
            "EMBEDDED_COUCH_FOLLOW_STDIN": "1",
        }
        return Child("embedded CouchDB", [node(), PROGRAM], log=self.log, environment=environment)


def start(
    directory: Path | None = None, *, password: str | None = None, port: int = 0, log: Path | None = None
) -> EmbeddedCouch:
    """Start a server on a directory, or in memory without one. Port 0: the system chooses a free one.

    Without a password a random one is made; without `log` the log stands in the directory.
    Raises ProcessError when the server does not come up.
    """
    if log is None:
        if directory is None:
            raise ValueError("a server in memory needs the path of a log file")
        log = directory / "server.log"
    return EmbeddedCouch(directory, password or secrets.token_hex(12), port, log)
