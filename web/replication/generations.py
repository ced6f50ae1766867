"""The generation of a database: while it stays the same, a device's copy and its sequence may be gone on from."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from connector.couch import CouchServer
from connector.identifiers import CONNECTOR
from connector.restored import Restored

REMEMBERED = 5.0  # seconds for which it is not asked again when a backup was restored


def generation_of(info: Mapping[str, Any], restored_at: str | None) -> str:
    """A text that changes when a database was deleted and made again, purged, or set back to an older backup.

    None of that is ever replicated: whoever holds a copy must begin anew. `info` is the database's information
    document. The number before a purge sequence's dash is its count of purges; the rest is opaque.
    """
    purges = str(info.get("purge_seq", 0)).partition("-")[0]
    generation = f"{info.get('instance_start_time', 0)}-{purges}"
    return generation if restored_at is None else f"{generation}-{restored_at}"


class Generations:
    """Knows when `roadbook restored` was said last; that is asked with the connector's account."""

    def __init__(self, server: CouchServer, clock: Callable[[], float] = time.monotonic) -> None:
        self._restored = Restored(server.database(CONNECTOR))
        self._clock = clock
        self._known: tuple[float, str | None] = (float("-inf"), None)

    def of(self, info: Mapping[str, Any]) -> str:
        """The generation of the database with this information document; raises CouchError."""
        asked_at, restored_at = self._known
        if self._clock() - asked_at >= REMEMBERED:
            restored_at = self._restored.at()
            self._known = (self._clock(), restored_at)
        return generation_of(info, restored_at)
