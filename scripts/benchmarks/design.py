"""`bench design`: queries while changed views are deployed or simply overwritten; rollback; a guard for many."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.progress import Progress, say
from benchmarks.queries import EVERY, ROWS, Queries
from benchmarks.rep_databases import DEVICES, WRITTEN, Devices, make
from benchmarks.report import Report, Table, couch_of
from benchmarks.scene import Scene
from benchmarks.speed import percentile
from connector import design
from connector.couch import CouchServer, Database
from connector.design import COUCH_DESIGN, Project, read_tree
from connector.errors import NotFound
from connector.servers import admin_server

DATABASE = "scratch-bench"
STATE = "scratch-bench-state"  # where these deployments are on record
BATCH = 2000  # documents in one write
EMITS = 5  # of each document
LONGEST_BUILD = 1800.0  # seconds that a query may wait for an index
BY = "bench"
TEXT = "this is not your database"  # of the guard, which the benchmark changes

Document = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """Documents that are indexed, and reps' databases that get a guard."""

    documents: int
    databases: int


def measure(directory: Path, sizes: Sizes, *, wipe: bool) -> Report:
    """Run the benchmark; Roadbook's own databases are there, but are not what is measured."""
    say("starting the servers")
    with Scene(directory / "scene", reps=0, wipe=wipe) as scene:
        couch = couch_of(scene.stage)
        admin = admin_server(scene.stage.settings, LONGEST_BUILD)
        views = of_views(admin, directory / "views", sizes.documents)
        guards = of_guards(scene, directory / "guards", sizes.databases)
        stages = scene.stage.couch is None
        for name in (DATABASE, STATE):
            admin.delete_database(name)
    many = f"{sizes.databases:,} databases"
    rows = [
        ("query at rest: p99", f"{views['query_p99_rest_ms']:.0f} ms"),
        ("query while changed views are deployed: p99", f"{views['query_p99_staged_ms']:.0f} ms"),
        ("query while the same is simply overwritten: p99", f"{views['query_p99_overwrite_ms']:.0f} ms"),
        ("deploy of the changed views", f"{views['deploy_s']:.1f} s"),
        ("queries that CouchDB gave up during the overwrite", str(views["overwrite_queries_given_up"])),
        ("overwrite, until the first answer", f"{views['overwrite_s']:.1f} s"),
        ("rollback, until the former views answered", f"{views['rollback_ms']:.0f} ms"),
        (f"new guard in {many}, first write to last", f"{guards['fanout_1000_s']:.1f} s"),
        (f"the whole deploy into {many}: plan, trial, fan-out", f"{guards['deploy_1000_s']:.1f} s"),
        (f"rollback of {many}", f"{guards['rollback_1000_s']:.1f} s"),
        ("orders that devices wrote meanwhile; refused or lost", f"{guards['orders']}; 0"),
    ]
    notes = [
        f"Views: {sizes.documents:,} documents with {EMITS} rows each; one query of {ROWS} rows every "
        f"{EVERY * 1000:.0f} ms from before the deploy until after it. Queries that were due while one waited count "
        "with the time they would have waited. A query that sees fewer rows ends the benchmark as failed.",
        "Overwrite: the changed design document is written in place of the live one, as plain tools do.",
        f"Guards: {DEVICES} devices, signed in as reps, write orders into {min(WRITTEN, sizes.databases)} of the "
        "databases without a pause; the first write to last includes the looks at the canaries and at the server.",
    ]
    if not stages:
        notes.append("The embedded server builds no index ahead, so staged and overwritten are the same there.")
    load = f"{os.getloadavg()[2]:.0f}"  # what else the machine had to do counts here more than elsewhere
    parameters = {"documents": sizes.documents, "databases": sizes.databases, "load average of the machine": load}
    return Report("design", couch, parameters, Table(("", "measured"), rows), notes, {**views, **guards})


# ---- views ---------------------------------------------------------------------------------------------------------
def of_views(admin: CouchServer, root: Path, documents: int) -> dict[str, float]:
    """Deploy changed views under queries, roll them back, and overwrite them."""
    for name in (DATABASE, STATE):
        with suppress(NotFound):
            admin.delete_database(name)  # of a run that did not come to its end
        admin.create_database(name)
    database = admin.database(DATABASE)
    fill(database, documents)
    project = Project(root, admin.url_with_credentials, STATE)
    write_views(root, "one")
    say("building the first index")
    design.deploy(project, BY)
    database.view("app", "by_name", limit=ROWS)
    with Queries(database, "app", "by_name") as rest:
        time.sleep(3)
    write_views(root, "two")
    say("deploying changed views")
    with Queries(database, "app", "by_name") as staged:
        deploy_seconds = seconds_of(lambda: design.deploy(project, BY))

    def roll_back() -> None:
        design.rollback(project, BY)
        database.view("app", "by_name", limit=ROWS)

    rollback_seconds = seconds_of(roll_back)
    say("overwriting with other views")
    changed = write_views(root, "three")
    live = database.get("_design/app") or {}

    def overwrite() -> None:
        database.put({**live, "views": changed})
        patient.answer()

    patient = Queries(database, "app", "by_name", patient=True)
    with Queries(database, "app", "by_name", patient=True) as overwritten:
        overwrite_seconds = seconds_of(overwrite)
    return {
        "query_p99_staged_ms": round(percentile(staged.seconds, 0.99) * 1000, 1),
        "query_p99_overwrite_ms": round(percentile(overwritten.seconds, 0.99) * 1000, 1),
        "rollback_ms": round(rollback_seconds * 1000, 1),
        "query_p99_rest_ms": round(percentile(rest.seconds, 0.99) * 1000, 1),
        "deploy_s": round(deploy_seconds, 1),
        "overwrite_s": round(overwrite_seconds, 1),
        "overwrite_queries_given_up": overwritten.given_up,
    }


def fill(database: Database, count: int) -> None:
    """Write the documents that are indexed."""
    progress = Progress("documents written", count)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        database.bulk([{"_id": f"d{n:06}", "name": f"n{n % 977}", "at": n, "tags": [n % 7, n % 11]} for n in numbers])
        progress.add(len(numbers))


def write_views(root: Path, version: str) -> dict[str, Document]:
    """The files of a design document with five rows a document; returns its views."""
    source = f"function (doc) {{\n  if (doc.name) {{ emit([doc.name, doc.at], '{version}'); }}\n}}"
    each = "function (doc) {{\n  if (doc.name) {{ emit([doc.at % {0}, doc.name], {{v: '{1}'}}); }}\n}}"
    views = {f"by_{n}": {"map": each.format(n, version)} for n in range(2, 1 + EMITS)} | {"by_name": {"map": source}}
    for name, view in views.items():
        path = root / DATABASE / "_design" / "app" / "views" / name / "map.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(view["map"] + "\n", encoding="utf-8")
    return views


# ---- guards --------------------------------------------------------------------------------------------------------
def of_guards(scene: Scene, root: Path, count: int) -> dict[str, float]:
    """Deploy a changed guard into many databases while devices write, and roll it back."""
    shutil.copytree(COUCH_DESIGN / "orders", root / "orders")
    (root / "databases.json").write_text(json.dumps({"orders-${rep}": {"folder": "orders", "q": 1}}), encoding="utf-8")
    admin = scene.stage.admin
    databases = make(admin, read_tree(root).kinds[0], count)
    guard = root / "orders/_design/guard/validate_doc_update.js"
    guard.write_text(guard.read_text(encoding="utf-8").replace(TEXT, f"{TEXT}; sign in as yourself"), encoding="utf-8")
    project = Project(root, admin.url_with_credentials, STATE)
    written: list[float] = []

    def on_step(step: str) -> None:
        if step.endswith(" done"):
            written.append(time.monotonic())

    began: list[float] = []

    def on_progress(_: Any) -> None:
        began.append(time.monotonic())

    say("deploying a changed guard")
    with Devices(scene, databases) as devices:
        deploy_seconds = seconds_of(lambda: design.deploy(project, BY, on_step=on_step, on_progress=on_progress))
    rollback_seconds = seconds_of(lambda: design.rollback(project, BY))
    return {
        "fanout_1000_s": round(written[-1] - min(began[0], written[0]), 1),
        "deploy_1000_s": round(deploy_seconds, 1),
        "rollback_1000_s": round(rollback_seconds, 1),
        "orders": devices.orders,
    }


def seconds_of(work: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started
