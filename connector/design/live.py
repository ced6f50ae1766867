"""Design documents as they are on the server: read, written by revision, and asked how far their index is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from couchdb import http

from connector.design.server import TIMEOUT, connect, translated
from connector.errors import DesignError
from connector.settings import split_credentials

NEXT, PREVIOUS = "__next", "__prev"
ADMINS = {"names": [], "roles": ["_admin"]}
CLOSED = {"admins": ADMINS, "members": ADMINS}  # to all but admins
LOOPBACK = ("127.0.0.1", "localhost", "::1")

Document = dict[str, Any]
KEYS = 100  # databases in one `_dbs_info` request, CouchDB's own limit


@dataclass(frozen=True)
class Index:
    """What CouchDB says of a design document's index: `pending` documents are not in it yet."""

    signature: str
    pending: int
    running: bool
    size: int


class LiveServer:
    """One connection; not to be shared between threads. Raises CouchError."""

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        self.url = url
        self.name = split_credentials(url)[0]
        with self.translated():
            self._server = connect(url, timeout)
            self.stages = "embedded" not in (self._server.resource.get_json()[2].get("features") or ())

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise Roadbook's own errors in place of couchdb's."""
        with translated(f"design documents on {split_credentials(self.url)[0]}"):
            yield

    def databases(self) -> list[str]:
        """The names of all databases."""
        with self.translated():
            return [str(name) for name in self._server.resource.get_json("_all_dbs")[2]]

    def partitioned(self, names: Sequence[str]) -> list[str]:
        """Those of some databases that are partitioned, in the order given."""
        found: list[str] = []
        with self.translated():
            for start in range(0, len(names), KEYS):
                keys = list(names[start : start + KEYS])
                rows = self._server.resource.post_json("_dbs_info", body={"keys": keys})[2]
                found += [row["key"] for row in rows if _is_partitioned(row.get("info"))]
        return found

    def database(self, name: str) -> LiveDatabase:
        """A database by name; nothing is asked."""
        return LiveDatabase(self, name, self._server.resource(name))

    def resource(self, name: str) -> Any:
        """couchdb's resource of a database, for what this package keeps for itself."""
        return self._server.resource(name)

    def create(self, name: str, shards: int) -> bool:
        """Create a database; whether there was none. What may be read there is the server's default."""
        with self.translated():
            try:
                self._server.resource.put_json(name, q=shards)
            except http.PreconditionFailed:
                return False
        return True

    def open(self, name: str, security: Document) -> None:
        """Open a database to whom it is for."""
        with self.translated():
            self._server.resource(name).put_json("_security", body=security)

    def indexing(self, database: str, design: str) -> int:
        """How many documents the indexers of a design document still have before them, on all nodes."""
        with self.translated():
            tasks = self._server.resource.get_json("_active_tasks")[2]
        shard = f"/{database}."
        return sum(
            int(task.get("total_changes", 0)) - int(task.get("changes_done", 0))
            for task in tasks
            if task.get("type") == "indexer"
            and task.get("design_document") == f"_design/{design}"
            and shard in str(task.get("database"))
        )

    def disk_free(self) -> int | None:
        """Bytes that are free where the indexes are; None unless the server is on this machine and says where."""
        if urlsplit(self.url).hostname not in LOOPBACK:
            return None
        try:
            found = self._server.resource.get_json(["_node", "_local", "_config", "couchdb", "view_index_dir"])[2]
            directory = Path(str(found))
            return shutil.disk_usage(directory).free if directory.is_absolute() else None
        except (http.HTTPError, OSError, TypeError):
            return None


def _is_partitioned(info: Document | None) -> bool:
    return bool(((info or {}).get("props") or {}).get("partitioned"))


class LiveDatabase:
    """The design documents of one database."""

    def __init__(self, server: LiveServer, name: str, resource: Any) -> None:
        self.name = name
        self._server = server
        self._resource = resource

    def info(self) -> Document | None:
        """The database's information; None if it does not exist."""
        with self._server.translated():
            try:
                found: Document = self._resource.get_json()[2]
            except http.ResourceNotFound:
                return None
            return found

    def designs(self) -> dict[str, Document]:
        """All design documents by name, in one request; none if the database does not exist."""
        asked = {"startkey": json.dumps("_design/"), "endkey": json.dumps("_design0"), "include_docs": "true"}
        with self._server.translated():
            try:
                rows = self._resource.get_json("_all_docs", **asked)[2]["rows"]
            except http.ResourceNotFound:
                return {}
        return {str(row["id"]).removeprefix("_design/"): row["doc"] for row in rows if row.get("doc")}

    def is_closed(self) -> bool:
        """Whether only admins may read and write; a database without members is open to anybody."""
        with self._server.translated():
            members = self._resource.get_json("_security")[2].get("members") or {}
        return not members.get("names") and members.get("roles") == ["_admin"]

    def get(self, design: str) -> Document | None:
        """One design document; None if there is none."""
        with self._server.translated():
            try:
                found: Document = self._resource.get_json(["_design", design])[2]
            except http.ResourceNotFound:
                return None
            return found

    def put(self, design: str, body: Document, revision: str | None) -> str:
        """Write a design document over that very revision; raises DesignError if it is not the last one any more."""
        whole = {**body, "_id": f"_design/{design}", **({"_rev": revision} if revision else {})}
        with self._server.translated():
            try:
                return str(self._resource.put_json(["_design", design], body=whole)[2]["rev"])
            except http.ResourceConflict as error:
                raise self._somebody_else(design) from error
            except http.ServerError as error:
                if error.args[0][0] == 400:  # CouchDB compiles maps when they are written
                    raise DesignError(f"{self.name}/_design/{design}: {error.args[0][1]}") from error
                raise

    def delete(self, design: str, revision: str) -> None:
        """Delete that very revision; one that is gone already is fine. Raises DesignError as `put` does."""
        with self._server.translated():
            try:
                self._resource.delete_json(["_design", design], rev=revision)
            except http.ResourceNotFound:
                return
            except http.ResourceConflict as error:
                raise self._somebody_else(design) from error

    def _somebody_else(self, design: str) -> DesignError:
        return DesignError(
            f"{self.name}/_design/{design}: somebody else deployed there just now; "
            "look at `roadbook design plan`, then deploy again"
        )

    def index(self, design: str) -> Index:
        """How far the index of a design document is."""
        with self._server.translated():
            found = self._resource.get_json(["_design", design, "_info"])[2]["view_index"]
        pending = found.get("updates_pending") or {}
        size = int((found.get("sizes") or {}).get("file", 0))
        return Index(str(found["signature"]), int(pending.get("total", 0)), bool(found.get("updater_running")), size)

    def begin_index(self, design: str, view: str) -> None:
        """Have the index of a design document built, without waiting for it.

        https://docs.couchdb.org/en/stable/api/ddoc/views.html (`update=lazy`)
        """
        with self._server.translated():
            self._resource.get_json(
                ["_design", design, "_view", view], limit=1, reduce="false", stable="false", update="lazy"
            )

    def rows(self, design: str, view: str) -> tuple[int, Document | None]:
        """How many rows a view has, and the first one."""
        with self._server.translated():
            found = self._resource.get_json(["_design", design, "_view", view], limit=1, reduce="false")[2]
        return int(found.get("total_rows", 0)), next(iter(found["rows"]), None)

    def clean_up(self) -> None:
        """Delete the index files that no design document needs any more."""
        with self._server.translated():
            self._resource.post_json("_view_cleanup", headers={"Content-Type": "application/json"})
