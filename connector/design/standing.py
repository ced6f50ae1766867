"""What stands: which content is where, the deployments on record, and the end of the way back."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from connector.design.deployments import Deployments
from connector.design.differences import drift_of, stamp_of
from connector.design.files import content_sha256
from connector.design.hold import PATIENCE, Hold, progress_of
from connector.design.live import PREVIOUS, LiveServer
from connector.design.planning import READERS, is_staging
from connector.design.project import Project
from connector.design.reports import Deployed, Deployment, Status
from connector.design.staging import drop
from connector.design.state_documents import StateDocuments
from connector.design.verdicts import standing
from connector.errors import CouchError, CouchUnreachable, DesignError


def status(project: Project) -> Status:
    """What is deployed where, the last deployment, how far a running one is; reads nothing of the files but the names.

    Raises DesignError, CouchError.
    """
    server = LiveServer(project.url)
    documents = StateDocuments(server, project.state_database())
    recorded = _on_record(documents).newest()
    last, known = next(iter(recorded), None), standing(recorded)
    names = list(project.databases(server.databases()))
    chunks = [names[start::READERS] for start in range(READERS)]
    with ThreadPoolExecutor(READERS) as readers:
        found = [
            one for part in readers.map(lambda chunk: _deployed(project.url, chunk, known), chunks) for one in part
        ]
    designs = tuple(sorted(found, key=lambda one: (one.database, one.design)))
    return Status(designs, last, progress_of(documents))


def history(project: Project, limit: int = 20) -> list[Deployment]:
    """The deployments on record, the newest first. Raises CouchError."""
    server = LiveServer(project.url)
    return _on_record(StateDocuments(server, project.state_database())).newest(limit)


def undoable(project: Project) -> Deployment | None:
    """The deployment that a rollback would undo now; None if there is none. Raises CouchError."""
    return _on_record(StateDocuments(LiveServer(project.url), project.state_database())).undoable()


def accept(project: Project, by: str, *, patience: float = PATIENCE) -> Deployment:
    """End the way back of all finished deployments: `__prev` is deleted and index files nobody needs are, too.

    Safe to repeat. Raises DesignError if one was left in the middle or there is none to accept, CouchError.
    """
    with Hold(project.url, project.state_database(), by, patience) as hold:
        server = LiveServer(project.url)
        deployments = _on_record(StateDocuments(server, project.state_database()))
        known = deployments.newest(100)
        left = next((one for one in known if one.unfinished), None)
        if left is not None:
            raise DesignError(f"the deployment of {left.started_at} was left in the middle: deploy or roll back first")
        waiting = [one for one in known if one.state == "finished"]
        if not waiting:
            raise DesignError("there is no deployment to accept")
        touched = {(step.database, step.design) for one in known for step in one.steps if step.action == "views"}
        for database, design in sorted(touched):
            hold.ensure()
            if server.database(database).info() is not None:
                drop(server.database(database), design + PREVIOUS)
        for database in sorted({database for database, _ in touched}):
            if server.database(database).info() is not None:
                server.database(database).clean_up()
        return [deployments.move(one, "accepted", f"accepted by {by}") for one in reversed(waiting)][-1]


def _on_record(documents: StateDocuments) -> Deployments:
    return Deployments(documents, lambda: datetime.now(UTC))


def _deployed(url: str, names: list[str], known: Mapping[tuple[str, str], str | None]) -> list[Deployed]:
    server = LiveServer(url)
    found = []
    for name in names:
        try:
            designs = server.database(name).designs()
        except CouchUnreachable:
            raise
        except CouchError as error:
            found.append(Deployed(name, "*", "", None, None, f"not readable: {error}", can_roll_back=False))
            continue
        for design, live in designs.items():
            if is_staging(design):
                continue
            told = stamp_of(live)
            found.append(
                Deployed(
                    database=name,
                    design=design,
                    sha256=content_sha256(live),
                    at=told.get("at"),
                    by=told.get("by"),
                    drift=drift_of(live, known.get((name, design))),
                    can_roll_back=design + PREVIOUS in designs,
                )
            )
    return found
