"""Planning: what differs between the files and the server, and what it would cost; nothing is written."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from connector.design.differences import action_of, difference, drift_of, views_of
from connector.design.files import DesignDocument, content_sha256
from connector.design.live import NEXT, PREVIOUS, LiveDatabase, LiveServer
from connector.design.project import Project
from connector.design.reports import Deployment, Plan, PlannedChange
from connector.design.tree import DatabaseKind
from connector.design.verdicts import standing
from connector.errors import CouchError, CouchUnreachable

READERS = 8
DEFAULT_RATE = 3000.0  # documents a second of one view group (measured: 3,300 with five emits each on two cores)
BYTES_A_ROW = 100  # of an index, where there is none yet to go by
HEADROOM = 5  # CouchDB was seen to need five times an index's size while it is built
FEW = 20  # documents; fewer say nothing about speed

Document = dict[str, Any]
Live = Mapping[str, Document]
OnRecord = Mapping[tuple[str, str], str | None]  # (database, design document) -> the sha256 of what was deployed


def plan(project: Project, known: Iterable[Deployment] = ()) -> Plan:
    """Compare files and server; the deployments `known` so far say how fast this server indexes, and what it had.

    Raises DesignError for files that cannot be read, CouchError.
    """
    server = LiveServer(project.url)
    databases = project.databases(server.databases())
    folders = {kind.folder: kind.documents() for kind in databases.values()}
    known = list(known)
    rate, on_record = rate_of(known), standing(known)
    work = [(project.url, name, kind, folders[kind.folder], rate, on_record) for name, kind in databases.items()]
    with ThreadPoolExecutor(READERS) as readers:
        found = readers.map(lambda chunk: list(_changes(chunk)), _chunks(work, READERS))
        changes = sorted((c for part in found for c in part), key=lambda c: (c.database, c.design))
    return Plan(tuple(changes), server.disk_free(), server.stages)


def rate_of(known: Iterable[Deployment]) -> float:
    """Documents a second that were indexed in earlier deployments, or what is usual."""
    seen = [
        step.documents / step.seconds
        for deployment in known
        for step in deployment.steps
        if step.seconds and step.documents > FEW
    ]
    return statistics.median(seen) if seen else DEFAULT_RATE


def _chunks(work: list[Any], count: int) -> list[list[Any]]:
    return [chunk for chunk in (work[start::count] for start in range(count)) if chunk]


def _changes(
    work: list[tuple[str, str, DatabaseKind, list[DesignDocument], float, OnRecord]],
) -> Iterator[PlannedChange]:
    server = LiveServer(work[0][0])
    for _, name, kind, documents, rate, on_record in work:
        try:
            yield from list(_changes_of(server, name, kind, documents, rate, on_record))
        except CouchUnreachable:
            raise
        except CouchError as error:  # one database that fails says nothing about the others
            why = f"not readable: {error}"
            yield PlannedChange(name, "*", "unreadable", None, None, None, str(kind.folder), drift=why)


def _changes_of(
    server: LiveServer,
    name: str,
    kind: DatabaseKind,
    documents: list[DesignDocument],
    rate: float,
    on_record: OnRecord,
) -> Iterator[PlannedChange]:
    database = server.database(name)
    live = database.designs()
    creates = not live and (database.info() is None or _is_to_be_opened(database, kind))
    wanted = {document.name: document for document in documents}
    for design in sorted(
        wanted.keys() | {found for found in live if not is_staging(found) and not found.startswith("_")}
    ):
        change = compare(name, design, live, wanted.get(design), kind.folder, creates, on_record.get((name, design)))
        yield (
            _with_cost(change, server, rate, wanted[design].content, len(live)) if change.action == "views" else change
        )


def _is_to_be_opened(database: LiveDatabase, kind: DatabaseKind) -> bool:
    """Whether a deployment made it and did not get so far as to open it, or was rolled back."""
    return kind.has_security and not kind.is_pattern and database.is_closed()


def is_staging(design: str) -> bool:
    """Whether a design document's name is one that a deploy gives while it is under way."""
    return design.endswith((NEXT, PREVIOUS))


def compare(
    database: str,
    design: str,
    found: Live,
    wanted: DesignDocument | None,
    folder: Path,
    creates: bool,
    on_record: str | None = None,
) -> PlannedChange:
    """What has to be done with one design document, without what it costs.

    `on_record` is the sha256 of what was deployed there, for a document that has lost its stamp.
    """
    live = found.get(design)
    after = wanted.content if wanted else None
    action = action_of(live, after)
    return PlannedChange(
        database=database,
        design=design,
        action=action,
        before=content_sha256(live) if live is not None else None,
        after=wanted.sha256 if wanted else None,
        revision=str(live["_rev"]) if live is not None else None,
        folder=str(folder),
        creates=creates,
        drift=drift_of(live, on_record) if action != "unchanged" else None,
        diff="" if action in ("unchanged", "orphan") else difference(live, after),
        live=live,
        kept=found.get(design + PREVIOUS) if action == "views" else None,
    )


def _with_cost(change: PlannedChange, server: LiveServer, rate: float, after: Document, designs: int) -> PlannedChange:
    database = server.database(change.database)
    info = database.info()
    documents = max(int(info["doc_count"]) - designs, 0) if info else 0
    size = documents * BYTES_A_ROW * len(views_of(after))
    if change.before is not None and server.stages:
        size = max(size, database.index(change.design).size)
    cost = {"documents": documents, "seconds": round(documents / rate, 1), "disk_needed": size * HEADROOM}
    return PlannedChange(**{**vars(change), **cost})
