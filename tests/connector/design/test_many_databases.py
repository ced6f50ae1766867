"""One guard in many databases of a kind: all of them get it, those that come late too, or all keep the old one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.design import Project, deploy, history, kinds_of_databases, plan, rollback, status
from connector.design.hold import Interrupted
from connector.design.live import LiveDatabase
from connector.design.telling import plan_text
from connector.drift import findings_of
from connector.errors import CouchError, DesignError
from tests.connector.design.projects import PATIENCE, STATE, Kill

NAMES = [f"scratch-many-{letter}" for letter in "abcdefghijklm"]


def guard(version: str) -> str:
    return f"""function (newDoc, oldDoc, userCtx) {{
  if (userCtx.roles.indexOf("_admin") < 0) {{ throw {{forbidden: "not_here: {version}"}}; }}
}}"""


def write_guard(root: Path, version: str) -> None:
    path = root / "many/_design/guard/validate_doc_update.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(guard(version), encoding="utf-8")


def born(project: Project, couch: CouchServer, name: str, version: str = "one") -> None:
    """A database as it is made with the files of today, without a trial of the guard."""
    couch.create_database(name)
    couch.database(name).put({"_id": "_design/guard", "language": "javascript", "validate_doc_update": guard(version)})


def versions(couch: CouchServer) -> dict[str, str]:
    """Which guard each database has: one, two, or what somebody else wrote."""
    found = {}
    for name in couch.call("GET", "_all_dbs"):
        if name.startswith("scratch-many-"):
            text = json.dumps(couch.database(name).get("_design/guard"))
            found[name] = next((v for v in ("one", "two") if f"not_here: {v}" in text), "another")
    return found


@pytest.fixture
def many(couch_url: str, couch: CouchServer, tmp_path: Path) -> Project:
    """Thirteen databases with version one, and files that say version two."""
    couch.create_database("_users")
    root = tmp_path / "tree"
    write_guard(root, "one")
    (root / "databases.json").write_text(json.dumps({"scratch-many-${n}": {"folder": "many", "q": 1}}))
    project = Project(root, couch_url, STATE)
    assert [kind.pattern for kind in kinds_of_databases(root)] == ["scratch-many-${n}"]
    for name in NAMES:
        born(project, couch, name)
    write_guard(root, "two")
    return project


@pytest.mark.usefixtures("tried")
def test_all_of_them_get_it_and_give_it_back(many: Project, couch: CouchServer) -> None:
    found = plan(many)
    assert {change.action for change in found.changes} == {"guard"} and len(found.changes) == len(NAMES)
    done = deploy(many, "carol", expected=found.digest)
    assert done is not None and {step.state for step in done.steps} == {"done"}
    assert versions(couch) == dict.fromkeys(NAMES, "two")
    rollback(many, "carol")
    assert versions(couch) == dict.fromkeys(NAMES, "one")


@pytest.mark.usefixtures("tried")
def test_a_database_that_is_made_in_the_meantime_gets_it_too(many: Project, couch: CouchServer) -> None:
    def make(moment: str) -> None:
        if moment == f"{NAMES[0]}/guard done":
            born(many, couch, "scratch-many-z")

    done = deploy(many, "carol", on_step=make)
    assert done is not None and len(done.steps) == len(NAMES) + 1
    assert versions(couch) == dict.fromkeys([*NAMES, "scratch-many-z"], "two")
    rollback(many, "carol")
    assert versions(couch) == dict.fromkeys([*NAMES, "scratch-many-z"], "one")


@pytest.mark.usefixtures("tried")
def test_a_database_that_was_made_with_the_new_guard_gives_it_back_with_the_others(
    many: Project, couch: CouchServer
) -> None:
    deploy(many, "carol")
    born(many, couch, "scratch-many-z", "two")
    couch.delete_database(NAMES[3])  # a rep who left and came back
    born(many, couch, NAMES[3], "two")
    couch.delete_database(NAMES[4])
    undone = rollback(many, "carol")
    assert undone.left_alone == ()
    assert len(undone.steps) == len(NAMES) + 1
    kept = [name for name in [*NAMES, "scratch-many-z"] if name != NAMES[4]]
    assert versions(couch) == dict.fromkeys(kept, "one")


@pytest.mark.usefixtures("tried")
def test_a_database_that_cannot_be_read_is_a_line_and_keeps_nothing_from_the_others(
    many: Project, couch: CouchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = LiveDatabase.designs

    def designs(database: LiveDatabase) -> dict[str, Any]:
        if database.name == NAMES[2]:
            raise CouchError("CouchDB answered 500")
        return read(database)

    monkeypatch.setattr(LiveDatabase, "designs", designs)
    found = plan(many)
    assert f"unreadable {NAMES[2]}/_design/*: is not readable: CouchDB answered 500" in plan_text(found)
    assert f"{NAMES[2]}/_design/* was not readable: CouchDB answered 500" in findings_of(found)
    assert [one.database for one in status(many).designs if "not readable" in str(one.drift)] == [NAMES[2]]
    with pytest.raises(DesignError, match=f"all else is as the files say, but {NAMES[2]} was not readable"):
        deploy(many, "carol", expected=found.digest)
    assert versions(couch) == {**dict.fromkeys(NAMES, "two"), NAMES[2]: "one"}


@pytest.mark.usefixtures("tried")
def test_what_somebody_changes_in_the_meantime_is_not_written_over(many: Project, couch: CouchServer) -> None:
    ready, late = "scratch-many-y", "scratch-many-z"
    theirs = {"_id": "_design/guard", "language": "javascript", "validate_doc_update": "function () {}"}
    couch.create_database(ready)
    couch.database(ready).put({**theirs, "validate_doc_update": guard("two")})

    def change(moment: str) -> None:
        if moment == f"{NAMES[0]}/guard done":
            found = couch.database(ready).get("_design/guard")
            couch.database(ready).put({**theirs, "_rev": (found or {})["_rev"]})
            couch.create_database(late)
            couch.database(late).put({**theirs, "deploy": {"sha256": "0" * 64}})

    done = deploy(many, "carol", on_step=change)
    assert done is not None and len(done.steps) == len(NAMES)
    assert versions(couch) == {**dict.fromkeys(NAMES, "two"), ready: "another", late: "another"}


@pytest.mark.usefixtures("tried")
def test_trouble_in_one_of_them_gives_all_the_old_one_back(many: Project, couch: CouchServer) -> None:
    def interfere(moment: str) -> None:
        if moment == f"{NAMES[0]}/guard done":
            theirs = couch.database(NAMES[-1]).get("_design/guard")
            couch.database(NAMES[-1]).put({**(theirs or {}), "validate_doc_update": "function () {}"})

    with pytest.raises(DesignError, match=f"{NAMES[-1]}/_design/guard: somebody else deployed"):
        deploy(many, "carol", on_step=interfere)
    assert versions(couch) == {**dict.fromkeys(NAMES, "one"), NAMES[-1]: "another"}
    assert history(many)[0].state == "backed_out"


@pytest.mark.usefixtures("tried")
@pytest.mark.parametrize("killed_at", [5, 9, 21])
def test_killed_among_them_the_next_call_goes_on(many: Project, couch: CouchServer, killed_at: int) -> None:
    with pytest.raises(Interrupted):
        deploy(many, "carol", on_step=Kill(killed_at), patience=PATIENCE)
    assert set(versions(couch).values()) == {"one", "two"}
    done = deploy(many, "dave", patience=PATIENCE)
    assert done is not None and done.by == "carol" and len(history(many)) == 1
    assert versions(couch) == dict.fromkeys(NAMES, "two")
