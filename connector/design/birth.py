"""Birth: a new database gets today's design documents at once; a guard only after its trial."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from couchdb import http

from connector.design.deployments import Deployments
from connector.design.differences import views_of
from connector.design.files import DesignDocument, Document, content_sha256, read_folder
from connector.design.live import NEXT, LiveServer
from connector.design.server import connect, translated
from connector.design.staging import drop, stage, warm
from connector.design.state_documents import StateDocuments
from connector.design.trial import verify_guard
from connector.errors import DesignError
from connector.identifiers import CONNECTOR, OPS
from connector.settings import split_credentials

_tried: set[tuple[str, str]] = set()  # (server, sha256) of the guards that this process knows to have passed


@dataclass(frozen=True)
class Change:
    """What became of one design document of one database."""

    database: str
    design: str
    action: Literal["created", "updated", "unchanged", "rolled back"]
    sha256: str


def bring_up(server_url: str, database: str, folder: Path) -> list[Change]:
    """Bring the design documents of a database to the state of a folder; what is the same already is left alone.

    Views that change in a database that is there already are staged, so that queries do not wait. What was rolled back
    stays as it is: only a deploy brings it again.

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
    if current is not None and _was_rolled_back(server_url, store.name, document):
        return Change(store.name, document.name, "rolled back", document.sha256)
    if document.is_guard and not _has_passed(server_url, server, document.sha256):
        verify_guard(server_url, folder)
        _note_passed(server_url, server, document.sha256)
    body: Document = {"_id": document.id, **document.content, "deploy": {"sha256": document.sha256}}
    if current is not None:
        body["_rev"] = current["_rev"]
    staged = current is not None and _stage(server_url, store.name, document)
    try:
        store.save(body)
    except http.ResourceConflict as error:
        other = store.get(document.id)
        if other is not None and content_sha256(other) == document.sha256:
            return Change(store.name, document.name, "unchanged", document.sha256)
        raise DesignError(
            f"{store.name}/{document.id}: somebody else deployed another content just now; look, then deploy again"
        ) from error
    if staged:
        drop(LiveServer(server_url).database(store.name), document.name + NEXT)
    return Change(store.name, document.name, "created" if current is None else "updated", document.sha256)


def _stage(server_url: str, database: str, document: DesignDocument) -> bool:
    """Build the index of changed views ahead where the server can; whether there is a staged document to drop."""
    server = LiveServer(server_url)
    if not server.stages or not views_of(document.content):
        return False
    name = document.name + NEXT
    stage(server.database(database), name, document.content, {"sha256": document.sha256})
    warm(server, server.database(database), name, document.content, lambda *_: None)
    return True


def _was_rolled_back(server_url: str, database: str, document: DesignDocument) -> bool:
    """Whether somebody took this very content back: only `roadbook design deploy` brings it again."""
    documents = StateDocuments(LiveServer(server_url), OPS)
    known = Deployments(documents, lambda: datetime.now(UTC)).newest()
    steps = [
        (step.after, one.state)
        for one in known
        for step in one.steps
        if (step.database, step.design) == (database, document.name) and one.state not in ("backed_out", "backing_out")
    ]
    return bool(steps) and steps[0] == (document.sha256, "rolled_back")


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
