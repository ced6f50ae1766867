"""Birth: a new database gets today's design documents at once; a guard only after its trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from couchdb import http

from connector.design.files import DesignDocument, Document, content_sha256, read_folder
from connector.design.server import connect, translated
from connector.design.trial import verify_guard
from connector.errors import DesignError
from connector.identifiers import CONNECTOR
from connector.settings import split_credentials

_tried: set[tuple[str, str]] = set()  # (server, sha256) of the guards that this process knows to have passed


@dataclass(frozen=True)
class Change:
    """What became of one design document of one database."""

    database: str
    design: str
    action: Literal["created", "updated", "unchanged"]
    sha256: str


def bring_up(server_url: str, database: str, folder: Path) -> list[Change]:
    """Bring the design documents of a database to the state of a folder; what is the same already is left alone.

    A guard is tried out first, once per server: the connector's database remembers which have passed.
    Raises DesignError if a document cannot be deployed or somebody else deployed another content at the same time,
    CouchError if CouchDB is away or refuses.
    """
    documents = read_folder(folder)
    with translated(f"deploy to {database}"):
        server = connect(server_url)
        return [_bring_up_one(server_url, server, server[database], document, folder) for document in documents]


def _bring_up_one(server_url: str, server: Any, store: Any, document: DesignDocument, folder: Path) -> Change:
    current = store.get(document.id)
    if current is not None and content_sha256(current) == document.sha256:
        return Change(store.name, document.name, "unchanged", document.sha256)
    if document.is_guard and not _has_passed(server_url, server, document.sha256):
        verify_guard(server_url, folder)
        _note_passed(server_url, server, document.sha256)
    body: Document = {"_id": document.id, **document.content, "deploy": {"sha256": document.sha256}}
    if current is not None:
        body["_rev"] = current["_rev"]
    try:
        store.save(body)
    except http.ResourceConflict as error:
        other = store.get(document.id)
        if other is not None and content_sha256(other) == document.sha256:
            return Change(store.name, document.name, "unchanged", document.sha256)
        raise DesignError(
            f"{store.name}/{document.id}: somebody else deployed another content just now; look, then deploy again"
        ) from error
    return Change(store.name, document.name, "created" if current is None else "updated", document.sha256)


def _has_passed(server_url: str, server: Any, sha256: str) -> bool:
    if (split_credentials(server_url)[0], sha256) in _tried:
        return True
    try:
        return f"guard:{sha256}" in server[CONNECTOR]
    except http.ResourceNotFound:
        return False


def _note_passed(server_url: str, server: Any, sha256: str) -> None:
    _tried.add((split_credentials(server_url)[0], sha256))
    try:
        server[CONNECTOR].save({"_id": f"guard:{sha256}", "type": "guard", "schema": 1})
    except (http.ResourceNotFound, http.ResourceConflict):
        return  # the connector's database comes later, or somebody else noted it too
