"""While changed views are deployed on 60,000 documents, every query gets every row at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.couch import CouchServer
from connector.design import Project, deploy, history, rollback, status
from connector.settings import split_credentials

DATABASE = "sixty-thousand"
STATE = "sixty-thousand-state"
COUNT = 60_000
AT_ONCE = 5_000
CHECKOUT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.usefixtures("stages")


@pytest.fixture(scope="session")
def documents(couch_url: str, embedded: bool) -> Iterator[CouchServer]:
    """The server with 60,000 documents in a database that no other test touches."""
    server = CouchServer(*split_credentials(couch_url))
    if embedded:
        yield server
        return
    for name in (DATABASE, STATE):
        if name in server.call("GET", "_all_dbs"):
            server.delete_database(name)
    server.create_database(DATABASE, 2)
    for start in range(0, COUNT, AT_ONCE):
        rows = [{"_id": f"d{n:06}", "at": n, "name": f"n{n % 997}"} for n in range(start, start + AT_ONCE)]
        server.database(DATABASE).bulk(rows)
    yield server
    for name in (DATABASE, STATE):
        if name in server.call("GET", "_all_dbs"):
            server.delete_database(name)


@pytest.fixture
def large(couch_url: str, documents: CouchServer, tmp_path: Path) -> Project:
    """A project whose version one is live and warm."""
    project = Project(tmp_path, couch_url, STATE)
    write(tmp_path, "one")
    deploy(project, "carol")
    return project


def write(root: Path, version: str) -> None:
    """Both views change, so all of the index is built anew."""
    for view, key in (("by_at", "doc.at"), ("by_name", "doc.name")):
        path = root / DATABASE / "_design/large/views" / view / "map.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"function (doc) {{ if (doc.name) emit({key}, '{version}'); }}\n", encoding="utf-8")


class Reader:
    """Somebody who queries the live view all the time: (seconds, rows in all, the version seen) of every answer."""

    def __init__(self, couch: CouchServer) -> None:
        self.answers: list[tuple[float, int, str]] = []
        self._database = couch.database(DATABASE)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(60)

    def _read(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            answer = self._database.call("GET", "_design/large/_view/by_at", limit=1)
            version = answer["rows"][0]["value"] if answer["rows"] else "nothing"
            self.answers.append((time.monotonic() - began, answer["total_rows"], version))


def seen(reader: Reader) -> list[str]:
    """The versions in the order in which they were seen first."""
    return list(dict.fromkeys(version for _, _, version in reader.answers))


def test_no_query_sees_a_half_built_view_or_waits_for_the_build(large: Project, documents: CouchServer) -> None:
    write(large.root, "two")
    told = []
    with Reader(documents) as reader:
        done = deploy(large, "carol", on_progress=told.append)
        after = len(reader.answers)
        while len(reader.answers) < after + 5:
            time.sleep(0.01)
    assert done is not None and seen(reader) == ["one", "two"]
    assert {rows for _, rows, _ in reader.answers} == {COUNT}
    (built,) = [step.seconds for step in done.steps]
    assert built is not None and max(seconds for seconds, _, _ in reader.answers) < built / 2
    building = [progress for progress in told if progress.phase == "building the index"]
    assert building and building[0].done < building[-1].done <= COUNT + 10
    assert any(progress.seconds_left for progress in building)

    with Reader(documents) as reader:
        began = time.monotonic()
        rollback(large, "carol")
        took = time.monotonic() - began
        after = len(reader.answers)
        while len(reader.answers) < after + 5:
            time.sleep(0.01)
    assert seen(reader) == ["two", "one"] and {rows for _, rows, _ in reader.answers} == {COUNT}
    assert took < built / 2, "a rollback builds nothing while __prev stands"


def test_killed_while_it_builds_the_next_call_goes_on_with_the_same_index(
    large: Project, documents: CouchServer
) -> None:
    write(large.root, "three")
    argv = [sys.executable, "-m", "connector.cli", "design", "--root", str(large.root), "--state", STATE, "deploy"]
    environment = {**os.environ, "COUCHDB_URL": large.url}
    with subprocess.Popen(argv, env=environment, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert any(line.startswith("building the index") for line in child.stderr)
        running = status(large)
        child.send_signal(signal.SIGKILL)
    assert running.last is not None and running.last.state == "running"
    assert documents.database(DATABASE).view("large", "by_at", limit=1)[0]["value"] == "one"
    done = deploy(large, "dave", patience=6.0)
    assert done is not None and done.id == running.last.id and done.by != "dave"
    assert documents.database(DATABASE).view("large", "by_at", limit=1)[0]["value"] == "three"
    assert not history(large)[0].unfinished
    rollback(large, "dave")
    assert json.dumps(documents.database(DATABASE).get("_design/large")).count("'one'") == 2
