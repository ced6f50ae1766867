"""Starts the front door: console, app and CouchDB on one origin (demo grade, loopback only)."""

from __future__ import annotations

from pathlib import Path

from local_servers import SCRIPTS
from local_servers.node import node
from local_servers.process import Child

PROGRAM = SCRIPTS / "front_door" / "front_door.mjs"


def start(*, couch: str, console: str, log: Path, port: int = 0) -> Child:
    """Put CouchDB and the console (addresses without credentials) behind one port of loopback; 0: a free one.

    The ready line carries the port. Raises ProcessError when it does not come up.
    """
    argv: list[str | Path] = [node(), PROGRAM, "--couch", couch, "--console", console, "--port", str(port)]
    return Child("front door", argv, log=log)
