"""How far each orders database has been read, kept on both sides so that a restored database is noticed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from connector.couch import Database
from connector.errors import DocumentConflict, NotFound

ECHO = "_local/connector"
BEGINNING = "0"


@dataclass(frozen=True)
class Checkpoint:
    """Where reading goes on, what the database looked like then, and the token that its echo must show."""

    database: str
    sequence: str = BEGINNING
    instance: str = ""
    swept: str = ""
    echo: str = ""
    revision: str | None = None

    def as_document(self) -> dict[str, Any]:
        """The checkpoint as it is stored in the connector's database."""
        document = {
            "_id": f"checkpoint:{self.database}",
            "type": "checkpoint",
            "schema": 1,
            "database": self.database,
            "sequence": self.sequence,
            "instance": self.instance,
            "swept": self.swept,
            "echo": self.echo,
        }
        return document | ({"_rev": self.revision} if self.revision else {})


def checkpoint_of(document: dict[str, Any]) -> Checkpoint:
    """A stored checkpoint as a record."""
    return Checkpoint(
        document["database"],
        document["sequence"],
        document["instance"],
        document["swept"],
        document["echo"],
        document["_rev"],
    )


class Checkpoints:
    """The connector's side of every checkpoint, and the echo on the other side."""

    def __init__(self, connector: Database) -> None:
        self._connector = connector

    def load(self, database: str) -> Checkpoint:
        """The checkpoint of one database; the beginning if there is none."""
        document = self._connector.get(f"checkpoint:{database}")
        return checkpoint_of(document) if document else Checkpoint(database)

    def load_all(self) -> dict[str, Checkpoint]:
        """Every checkpoint, by database."""
        return {found["database"]: checkpoint_of(found) for found in self._connector.starting_with("checkpoint:")}

    def save(self, checkpoint: Checkpoint) -> Checkpoint:
        """Store a checkpoint; raises DocumentConflict if another connector moved it."""
        revision = self._connector.put(checkpoint.as_document())
        return Checkpoint(**(checkpoint.__dict__ | {"revision": revision}))

    def rewind(self, database: str) -> None:
        """Forget a checkpoint, so that the database is read from its beginning again (the ledger absorbs it)."""
        document = self._connector.get(f"checkpoint:{database}")
        if document:
            self._connector.delete(document["_id"], document["_rev"])


def echoes(database: Database, checkpoint: Checkpoint) -> bool:
    """Whether the database still shows the echo that was left in it; False after a restore or a re-creation.

    Reps can forge `_local` documents, so an echo may only ever cause a re-read, never a skip.
    """
    try:
        echo = database.get(ECHO)
    except NotFound:
        return False
    return echo is not None and echo.get("token") == checkpoint.echo


def leave_echo(database: Database) -> str:
    """Write a new echo into the database and return its token, to be stored with the checkpoint."""
    token = secrets.token_hex(8)
    while True:
        current = database.get(ECHO)
        document = {"_id": ECHO, "token": token} | ({"_rev": current["_rev"]} if current else {})
        try:
            database.put(document)
        except DocumentConflict:
            continue
        return token


def sequence_number(sequence: str) -> int:
    """The number before the dash of an update sequence; only ever a hint that a database was set back."""
    head = sequence.partition("-")[0]
    return int(head) if head.isdigit() else 0
