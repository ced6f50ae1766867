"""Birth: a new database gets today's design documents at once; a guard only after its trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from couchdb import http

from connector.design.deployments import Deployments
from connector.design.differences import drift_of, stamp_of, views_of
from connector.design.files import DesignDocument, Document, content_sha256, read_folder
from connector.design.live import NEXT, LiveServer
from connector.design.server import connect, translated
from connector.design.staging import drop, stage, warm
from connector.design.state_documents import StateDocuments
from connector.design.tree import DATABASES, read_tree
from connector.design.trial import verify_guard
from connector.design.verdicts import Verdicts, standing
from connector.errors import DesignError
from connector.identifiers import CONNECTOR, OPS
from connector.settings import split_credentials

_tried: set[tuple[str, str]] = set()  # (server, sha256) of the guards that this process knows to have passed


@dataclass(frozen=True)
class Change:
    """What became of one design document of one database; `reason` says why it was left as it is."""

    database: str
    design: str
    action: Literal["created", "updated", "unchanged", "left alone"]
    sha256: str
    reason: str = ""


def bring_up(server_url: str, database: str, folder: Path) -> list[Change]:
    """Bring the design documents of a database to the state of a folder; what is the same already is left alone.

    Views that change in a database that is there already are staged, so that queries do not wait. Left alone is what
    somebody else changed, and what a deploy took back or has in work: only `roadbook design deploy` writes over that.
    A new database gets what its kind had before, then.

    A guard is tried out first, once per server: the connector's database remembers which have passed.
    Raises DesignError if a document cannot be deployed or somebody else deployed another content at the same time,
    CouchError if CouchDB is away or refuses.
    """
    documents = read_folder(folder)
    deployments = Deployments(StateDocuments(LiveServer(server_url), OPS), lambda: datetime.now(UTC))
    verdicts = Verdicts(deployments, _alike(database, folder))
    with translated(f"deploy to {database}"):
        server = connect(server_url)
        store = server[database]
        return [
            _bring_up_one(server_url, server, store, document, folder, deployments, verdicts) for document in documents
        ]


def _alike(database: str, folder: Path) -> Callable[[str], bool]:
    """Tells by its name whether another database takes its design documents from the same folder."""
    tree = read_tree(folder.parent) if (folder.parent / DATABASES).is_file() else None

    @cache
    def alike(other: str) -> bool:
        kind = tree.find(other) if tree is not None else None
        return other == database or (kind is not None and kind.folder.name == folder.name)

    return alike


def _bring_up_one(
    server_url: str,
    server: Any,
    store: Any,
    document: DesignDocument,
    folder: Path,
    deployments: Deployments,
    verdicts: Verdicts,
) -> Change:
    current = store.get(document.id)
    if current is not None and content_sha256(current) == document.sha256:
        return Change(store.name, document.name, "unchanged", document.sha256)
    reason = _drift(current, store.name, document, verdicts)
    reason = reason or verdicts.against(store.name, document.name, document.sha256)
    former = _former(deployments, verdicts, document) if reason and current is None else None
    if former is not None:
        document = former
    elif reason and (current is not None or not document.is_guard):  # a database without its guard is never opened
        return Change(store.name, document.name, "left alone", document.sha256, reason)
    if former is None and document.is_guard and not _has_passed(server_url, server, document.sha256):
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


def _drift(current: Document | None, database: str, document: DesignDocument, verdicts: Verdicts) -> str | None:
    """How a document that is there was changed by somebody else, in words; None if it was not."""
    drift = drift_of(current, standing(verdicts.known).get((database, document.name)))
    if drift is None and current is not None and not stamp_of(current):
        return "it does not say what deployed it"
    return f"it was {drift}" if drift else None


def _former(deployments: Deployments, verdicts: Verdicts, document: DesignDocument) -> DesignDocument | None:
    """What other databases of the kind have in place of a content that does not stand; None if they have none."""
    sha256 = verdicts.usual(document.name)
    content = deployments.find(sha256) if sha256 else None
    return DesignDocument(document.name, content, sha256) if sha256 and content else None


def _stage(server_url: str, database: str, document: DesignDocument) -> bool:
    """Build the index of changed views ahead where the server can; whether there is a staged document to drop."""
    server = LiveServer(server_url)
    if not server.stages or not views_of(document.content):
        return False
    name = document.name + NEXT
    stage(server.database(database), name, document.content, {"sha256": document.sha256})
    warm(server, server.database(database), name, document.content, lambda *_: None)
    return True


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
