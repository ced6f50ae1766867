"""The sweep: compares every orders database with its checkpoint, so that nothing the doorbell missed stays unread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import structlog

from connector.checkpoints import Checkpoints
from connector.couch import CouchServer
from connector.identifiers import orders_database
from connector.registry import Registry

KEYS = 100  # databases in one `_dbs_info` request, CouchDB's own limit

log = structlog.get_logger()


class Sweep:
    """Finds orders databases whose update sequence is not the one that was read last."""

    def __init__(
        self, admin: CouchServer, registry: Registry, checkpoints: Checkpoints, found: Callable[[str, str], None]
    ) -> None:
        self._admin = admin
        self._registry = registry
        self._checkpoints = checkpoints
        self._found = found

    def run(self) -> int:
        """Sweep once; `found(database, update_seq)` for each that has news. Returns how many had."""
        news = 0
        for name, swept in self.changed():
            self._found(name, swept)
            news += 1
        return news

    def changed(self) -> Iterator[tuple[str, str]]:
        """Each database with news and the update sequence it has now."""
        checkpoints = self._checkpoints.load_all()
        names = [orders_database(rep.rep) for rep in self._registry.list() if rep.state != "creating"]
        for start in range(0, len(names), KEYS):
            for name, info in self._admin.databases_info(names[start : start + KEYS]).items():
                if info is None:
                    log.error("sweep.database_missing", database=name)
                    continue
                checkpoint = checkpoints.get(name)
                swept = f"{info['update_seq']}"
                instance = str(info.get("instance_start_time", ""))
                if checkpoint is None or checkpoint.swept != swept or checkpoint.instance != instance:
                    yield name, swept
