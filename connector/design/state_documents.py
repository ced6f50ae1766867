"""The documents that deploying keeps for itself, in a database of their own or in `ops`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from couchdb import http

from connector.design.live import CLOSED, LiveServer

Document = dict[str, Any]


class StateDocuments:
    """Reads and writes them by revision. Raises CouchError; a database that is not there yet holds nothing."""

    def __init__(self, server: LiveServer, database: str) -> None:
        self.name = database
        self._server = server
        self._resource = server.resource(database)

    def create_database(self) -> None:
        """Make the database, closed to all but admins, if there is none; safe to repeat."""
        if self._server.create(self.name, 1):
            self._server.open(self.name, CLOSED)

    def read(self, document_id: str) -> Document | None:
        """One document; None if there is none."""
        with self._server.translated():
            try:
                found: Document = self._resource.get_json(document_id)[2]
            except http.ResourceNotFound:
                return None
            return found

    def write(self, document: Document) -> str | None:
        """Write a document over the revision it carries; the new revision, None if somebody else wrote meanwhile."""
        with self._server.translated():
            try:
                return str(self._resource.put_json(document["_id"], body=document)[2]["rev"])
            except http.ResourceConflict:
                return None

    def add(self, documents: Sequence[Document]) -> None:
        """Write new documents; those that are there already stay as they are."""
        if not documents:
            return
        with self._server.translated():
            self._resource.post_json("_bulk_docs", body={"docs": list(documents)})

    def newest(self, prefix: str, limit: int) -> list[Document]:
        """The last documents whose id begins so, the last one first."""
        asked = {
            "startkey": json.dumps(prefix + "\ufff0"),
            "endkey": json.dumps(prefix),
            "descending": "true",
            "include_docs": "true",
            "limit": limit,
        }
        with self._server.translated():
            try:
                rows = self._resource.get_json("_all_docs", **asked)[2]["rows"]
            except http.ResourceNotFound:
                return []
        return [row["doc"] for row in rows if row.get("doc")]
