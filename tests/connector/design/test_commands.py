"""`roadbook design` on Roadbook's own files and on those of somebody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.couch import CouchServer
from connector.design import Project
from local_servers.roadbook import Roadbook
from tests.connector.design.projects import DATABASE, DESIGNS, STATE, versions, write_version

CHECKOUT = Path(__file__).resolve().parents[3]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def design(app: Project) -> Run:
    """Runs `roadbook design` on the project, with nothing in the environment but CouchDB's address."""

    def run(*arguments: str, root: Path = app.root) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "connector.cli", "design", "--root", str(root), "--state", STATE, *arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), "COUCHDB_URL": app.url}
        return subprocess.run(argv, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)

    return run


def test_its_exit_status_says_whether_anything_would_change(design: Run, app: Project, couch: CouchServer) -> None:
    before = design("plan")
    assert before.returncode == 1 and "3 design documents would change" in before.stdout
    assert "+function (doc) { if (doc.name) emit(doc.name, 'one'); }" in before.stdout
    done = design("deploy", "--by", "carol", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["state"] == "finished"
    after = design("plan")
    assert (after.returncode, after.stdout) == (0, "Nothing to do: the server is as the files say.\n")
    assert design("deploy").stdout == after.stdout
    (app.root / DATABASE / "_design/people/views/by_at/map.js").unlink()
    unreadable = design("plan")
    assert unreadable.returncode == 2 and "by_at" in unreadable.stderr and "Traceback" not in unreadable.stderr
    assert versions(couch) == dict.fromkeys(DESIGNS, "one")


def test_it_deploys_the_plan_that_was_shown_and_rolls_it_back(design: Run, app: Project, couch: CouchServer) -> None:
    design("deploy")
    write_version(app.root, "two")
    shown = json.loads(design("plan", "--json").stdout)
    assert shown["changed"] and {change["action"] for change in shown["changes"]} == {"guard", "views"}
    assert all(change["documents"] == 30 for change in shown["changes"] if change["action"] == "views")
    stale = design("deploy", "--plan", "0123456789abcdef")
    assert stale.returncode == 2 and "look again" in stale.stderr
    assert design("deploy", "--plan", shown["digest"], "--by", "carol").returncode == 0
    assert versions(couch) == dict.fromkeys(DESIGNS, "two")
    told = design("status")
    assert "by carol" in told.stdout and "Last: " in told.stdout
    assert design("rollback", "--by", "dave").returncode == 0
    assert versions(couch) == dict.fromkeys(DESIGNS, "one")
    again = design("rollback")
    assert again.returncode == 2 and "is rolled back already" in again.stderr and "--deployment" in again.stderr
    assert design("accept").returncode == 0
    lines = design("history").stdout.splitlines()
    assert len(lines) == 2 and "rolled back" in lines[0] and "by carol (rolled back by dave)" in lines[0]
    assert design("accept").returncode == 2


def test_it_shows_drift_and_orphans(design: Run, couch: CouchServer) -> None:
    design("deploy")
    people = couch.database(DATABASE).get("_design/people")
    assert people is not None
    couch.database(DATABASE).put({**people, "hand_made": True})
    couch.database(DATABASE).put({"_id": "_design/forgotten", "views": {"x": {"map": "function (doc) {}"}}})
    told = design("plan")
    assert "DRIFT: changed by hand" in told.stdout and f"orphan  {DATABASE}/_design/forgotten" in told.stdout
    assert design("deploy").returncode == 2
    assert design("deploy", "--overwrite").returncode == 0
    assert design("plan").returncode == 0
    assert couch.database(DATABASE).get("_design/forgotten") is not None


def test_it_deploys_a_project_of_somebody_else(couch_url: str, couch: CouchServer, design: Run, tmp_path: Path) -> None:
    """No databases.json, filters and updates beside views, a reduce of its own, no fixtures."""
    root = tmp_path / "theirs" / "scratch-theirs"
    files = {
        "_design/app/views/total/map.js": "function (doc) { emit(null, doc.n || 0); }",
        "_design/app/views/total/reduce.js": "function (keys, values) { return sum(values); }",
        "_design/app/filters/some.js": "function (doc, req) { return true; }",
        "_design/rules/validate_doc_update.js": "function (doc, old, user) { if (doc.bad) throw {forbidden: 'bad'}; }",
        "_security.json": '{"members": {"names": [], "roles": ["them"]}}',
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    done = design("deploy", root=root.parent)
    assert (done.returncode, design("plan", root=root.parent).returncode) == (0, 0), done.stderr
    theirs = couch.database("scratch-theirs")
    theirs.put({"_id": "a", "n": 3})
    assert theirs.view("app", "total")[0]["value"] == 3
    stored = theirs.get("_design/app")
    assert stored is not None and "filters" in stored
    assert theirs.security()["members"]["roles"] == ["them"]


def test_it_keeps_the_record_where_the_project_has_room(tmp_path: Path, app: Project) -> None:
    assert Project(CHECKOUT / "couch_design", "http://a:b@localhost").state_database() == "ops"
    assert Project(app.root, app.url).state_database() == "design_deploys"


def test_it_finds_an_installed_roadbook_as_the_files_say(roadbook: Roadbook) -> None:
    roadbook.install()
    roadbook.add_rep("bob", "north")
    told = roadbook.command("design", "plan")
    assert told.stdout == "Nothing to do: the server is as the files say.\n"
    assert "without a deployment on record" in roadbook.command("design", "status").stdout
    assert "Nothing was deployed yet." in roadbook.command("design", "history").stdout
