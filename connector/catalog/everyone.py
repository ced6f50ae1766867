"""Customers for the territories: every territory gets every customer of the master copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connector.catalog.writing import write_changed
from connector.couch import CouchServer, Database
from connector.errors import DocumentConflict, NotFound
from connector.identifiers import CONNECTOR, CUSTOMERS, customers_database
from connector.records import content_of
from connector.registry import Registry

PAGE = 500  # changes in one request


@dataclass(frozen=True)
class Distributed:
    """How many changes of the master copy were read, and how many documents written."""

    read: int = 0
    written: int = 0


class Everyone:
    """Follows the master copy with a checkpoint for each territory; may be run by several processes at once."""

    def __init__(self, server: CouchServer, held: Callable[[], None] = lambda: None) -> None:
        self._server = server
        self._held = held
        self._connector = server.database(CONNECTOR)

    def run(self) -> Distributed:
        """Bring every territory to what the master copy holds; one request a territory if there is nothing new."""
        territories = {rep.territory for rep in Registry(self._connector).list()}
        parts = [self._bring(territory) for territory in sorted(territories)]
        return Distributed(sum(part.read for part in parts), sum(part.written for part in parts))

    def _bring(self, territory: str) -> Distributed:
        master, target = self._server.database(CUSTOMERS), self._server.database(customers_database(territory))
        checkpoint = self._checkpoint(territory)
        read = written = 0
        while True:
            page = master.changes(str(checkpoint.get("since", "0")), PAGE)
            if not page["results"]:
                return Distributed(read, written)
            read += len(page["results"])
            try:
                written += self._copy(page["results"], target)
                checkpoint["since"] = page["last_seq"]
                checkpoint["_rev"] = self._connector.put(checkpoint)
            except NotFound:  # a half-made rep has no database yet
                return Distributed(read, written)
            except DocumentConflict:
                checkpoint = self._checkpoint(territory)

    def _copy(self, rows: Sequence[dict[str, object]], target: Database) -> int:
        self._held()
        documents = [row["doc"] for row in rows if isinstance(row.get("doc"), dict)]
        wanted = [
            {"_id": document["_id"], **content_of(document)}  # type: ignore[index, arg-type]
            for document in documents
            if str(document["_id"]).startswith("customer:") and not document.get("_deleted")  # type: ignore[index, attr-defined]
        ]
        return len(write_changed(target, wanted).ids)

    def _checkpoint(self, territory: str) -> dict[str, object]:
        id = f"everyone:{territory}"
        return self._connector.get(id) or {"_id": id, "type": "everyone", "schema": 1, "since": "0"}
