"""How CouchDB stands: whether it is up, what it is doing, which replications its operator defined and how they fare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.couch import CouchServer
from connector.errors import CouchError

MOST = 100  # replications, and tasks, that are read
TROUBLED = ("crashing", "error", "failed")
TASKS = {
    "indexer": "builds an index",
    "view_compaction": "compacts an index",
    "database_compaction": "compacts a database",
    "replication": "replicates",
}

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Task:
    """Something that CouchDB is doing in the background; `percent` None where it does not say."""

    what: str
    where: str
    percent: int | None = None


@dataclass(frozen=True)
class Replication:
    """One that the operator defined in `_replicator`, or that runs from `_replicate`; `pending` None is unknown."""

    name: str
    source: str
    target: str
    state: str
    problem: str = ""
    pending: int | None = None

    @property
    def troubled(self) -> bool:
        """Whether somebody should look at it."""
        return self.state in TROUBLED


@dataclass(frozen=True)
class CouchHealth:
    """None is what nobody can tell: not allowed to ask, or the embedded server, which does not know."""

    up: bool
    version: str = ""
    embedded: bool = False
    problem: str = ""
    tasks: tuple[Task, ...] | None = None
    replications: tuple[Replication, ...] | None = None


def health_of(admin: CouchServer) -> CouchHealth:
    """Ask CouchDB, signed in as an admin; never raises CouchError: that CouchDB does not answer is an answer."""
    try:
        welcome = admin.call("GET", "")
        up = admin.call("GET", "_up").get("status") == "ok"
    except CouchError as error:
        return CouchHealth(up=False, problem=str(error))
    embedded = "embedded" in (welcome.get("features") or ())
    return CouchHealth(
        up=up,
        version=str(welcome.get("version", "")),
        embedded=embedded,
        problem="" if up else "CouchDB says that it is not ready (_up).",
        tasks=None if embedded else tasks_of(_ask(admin, "_active_tasks")),
        replications=replications_of(
            _ask(admin, "_scheduler/docs", limit=MOST), _ask(admin, "_scheduler/jobs", limit=MOST)
        ),
    )


def tasks_of(answer: Any) -> tuple[Task, ...] | None:
    """`_active_tasks` in words; shards of one database are one task for each shard."""
    if not isinstance(answer, list):
        return None
    tasks = []
    for task in answer[:MOST]:
        what = TASKS.get(str(task.get("type")), str(task.get("type")))
        where = _database(str(task.get("database") or task.get("target") or ""))
        design = str(task.get("design_document") or "")
        progress = task.get("progress")
        tasks.append(Task(what, f"{where}/{design}" if design else where, progress if type(progress) is int else None))
    return tuple(tasks)


def replications_of(documents: Any, jobs: Any) -> tuple[Replication, ...] | None:
    """`_scheduler/docs` with what `_scheduler/jobs` knows besides, the troubled ones first; credentials are left out.

    Reference: https://docs.couchdb.org/en/stable/api/server/common.html#scheduler-docs
    """
    if not isinstance(documents, dict):
        return None
    found = [_replication(row, str(row.get("doc_id") or row.get("id"))) for row in documents.get("docs", ())]
    for row in jobs.get("jobs", ()) if isinstance(jobs, dict) else ():
        if not row.get("doc_id"):
            last: Any = next(iter(row.get("history") or ()), {})
            state = {"crashed": "crashing", "started": "running", "added": "pending"}.get(
                str(last.get("type")), "running"
            )
            found.append(_replication({**row, "state": state}, "from _replicate"))
    return tuple(sorted(found, key=lambda each: (not each.troubled, each.name)))


def _replication(row: Document, name: str) -> Replication:
    info = row.get("info") if isinstance(row.get("info"), dict) else {}
    pending = (info or {}).get("changes_pending")
    return Replication(
        name=name,
        source=without_credentials(str(row.get("source") or "")),
        target=without_credentials(str(row.get("target") or "")),
        state=str(row.get("state") or "unknown"),
        problem=without_credentials(str((info or {}).get("error") or ""))[:300],
        pending=pending if type(pending) is int else None,
    )


def without_credentials(address: str) -> str:
    """`http://user:secret@host/db/` -> `http://host/db/`."""
    scheme, separator, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if separator else address


def _database(name: str) -> str:
    """`shards/00000000-ffffffff/ops.1795639514` -> `ops`."""
    return name.rpartition("/")[2].rpartition(".")[0] if name.startswith("shards/") else name


def _ask(admin: CouchServer, path: str, **parameters: Any) -> Any:
    try:
        return admin.call("GET", path, **parameters)
    except CouchError:
        return None
