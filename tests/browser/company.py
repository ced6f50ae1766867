"""A company behind one origin, as its reps' devices meet it, with a network that a test may cut."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from connector.settings import split_credentials
from local_servers.nginx import Nginx
from local_servers.roadbook import Rep, Roadbook


class Company:
    """Console, CouchDB and the app behind one proxy; `rep` is who uses it.

    `app` is a folder with a build of the app, where it is not the console's own.
    """

    def __init__(self, directory: Path, roadbook: Roadbook, rep: Rep, app: Path | None = None) -> None:
        console = roadbook.web()
        address, _, _ = split_credentials(roadbook.settings["COUCHDB_URL"])
        self.rep = rep
        self._proxy = Nginx(directory, address.removeprefix("http://"), f"127.0.0.1:{console.ready['port']}", app=app)
        self.origin = f"http://127.0.0.1:{self._proxy.port}"
        self._running = ExitStack()

    def up(self) -> None:
        """Let devices reach the servers."""
        self._running.enter_context(self._proxy)

    def down(self) -> None:
        """Cut all devices off."""
        self._running.close()
