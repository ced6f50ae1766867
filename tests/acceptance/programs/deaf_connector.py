"""A connector whose doorbell never rings, as if CouchDB had lost every event."""

from __future__ import annotations

from connector import cli, worker
from connector.doorbell import Doorbell


class Deaf(Doorbell):
    """Follows the feed and passes nothing on."""

    def listen(self) -> None:
        """Follow as ever, but ring nowhere."""
        self._rang = lambda database: None
        super().listen()


if __name__ == "__main__":
    worker.Doorbell = Deaf  # type: ignore[attr-defined]
    cli.main(["run"])
