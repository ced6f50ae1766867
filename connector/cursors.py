"""How far changes in QuickBooks have been read, and what the last look at them came to."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Any

from connector.couch import Database


@dataclass(frozen=True)
class Cursor:
    """Where the next look of a part (such as `sales`) begins: `since`, by QuickBooks' clock; None before the first.

    `looked_at` is when the last look ended, `rows` how many ledger rows it changed, `problem` why it failed; `unseen`
    is what a look could not see, at `unseen_at`.
    """

    realm: str
    part: str
    since: str | None = None
    looked_at: str | None = None
    rows: int = 0
    problem: str | None = None
    unseen: str | None = None
    unseen_at: str | None = None
    revision: str | None = None

    @property
    def id(self) -> str:
        """The document's id."""
        return f"cursor:{self.realm}:{self.part}"

    def as_document(self) -> dict[str, Any]:
        """The cursor as it is stored."""
        fields = {name: getattr(self, name) for name in STORED}
        document = {"_id": self.id, "type": "cursor", "schema": 1, **fields}
        return document | ({"_rev": self.revision} if self.revision else {})


STORED = ("realm", "part", "since", "looked_at", "rows", "problem", "unseen", "unseen_at")


class Cursors:
    """Reads and writes cursors; every write is a compare-and-swap."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, realm: str, part: str) -> Cursor:
        """The cursor of a part; one without `since` if there is none."""
        wanted = Cursor(realm, part)
        document = self._database.get(wanted.id)
        return wanted if document is None else cursor_of(document)

    def list(self) -> builtins.list[Cursor]:
        """Every cursor, by company and part."""
        return [cursor_of(document) for document in self._database.starting_with("cursor:")]

    def save(self, cursor: Cursor) -> None:
        """Store a cursor; raises DocumentConflict if somebody else moved it."""
        self._database.put(cursor.as_document())


def cursor_of(document: dict[str, Any]) -> Cursor:
    """A stored cursor as a record."""
    return Cursor(**{name: document[name] for name in STORED if name in document}, revision=document["_rev"])
