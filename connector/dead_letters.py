"""Dead letters: documents that cannot be read, set aside with the reason so that the next one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.couch import Database
from connector.errors import CouchError

Document = dict[str, Any]
KEPT = 100_000  # characters of a dead document that are kept beside the reason


def dead_letter(database: str, row: Document, at: str, code: str, text: str) -> Document:
    """The dead letter for one row of a changes feed; its id holds database, document and revision."""
    revision = row["changes"][0]["rev"]
    content = row.get("doc") or {}
    return {
        "_id": f"dead:{database}:{row['id']}:{revision}",
        "type": "dead_letter",
        "schema": 1,
        "database": database,
        "document": row["id"],
        "revision": revision,
        "reason": {"code": code, "text": text, "who": "office"},
        "at": at,
        "content": shorten(content),
    }


def shorten(content: Document) -> Document:
    """The content without CouchDB's own fields, or a note of its size where it is very long."""
    kept = {name: value for name, value in content.items() if not name.startswith("_")}
    size = len(repr(kept))
    return kept if size <= KEPT else {"left_out": f"{size} characters"}


class DeadLetters:
    """Where dead letters are kept: the connector's own database."""

    def __init__(self, connector: Database) -> None:
        self._connector = connector

    def record(self, letters: Sequence[Document]) -> None:
        """Store dead letters; one that is there already stays as it is."""
        for letter, answer in zip(letters, self._connector.bulk(letters), strict=True):
            if "error" in answer and answer.get("error") != "conflict":
                raise CouchError(f"{letter['_id']} could not be written: {answer.get('error')} {answer.get('reason')}")

    def all(self) -> list[Document]:
        """Every dead letter, oldest document id first."""
        return list(self._connector.starting_with("dead:"))
