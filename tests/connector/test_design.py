"""Design documents are read strictly, tried out on the server, and deployed without writing over anybody's work."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.design import (
    Project,
    birth,
    bring_up,
    content_sha256,
    deploy,
    plan,
    read_fixtures,
    read_folder,
    rollback,
    verify_guard,
)
from connector.design.hold import Interrupted
from connector.errors import CouchUnreachable, DesignError, Forbidden, NotFound
from connector.settings import split_credentials

NO_STAMP = "it does not say what deployed it"
COUCH_DESIGN = Path(__file__).resolve().parents[2] / "couch_design"
GUARD = """function (newDoc, oldDoc, userCtx, secObj) {
  if (userCtx.roles.indexOf("_admin") < 0 && newDoc._id !== "note") { throw {forbidden: "no_note: only the note"}; }
}
"""


def fixture(document_id: str, **changes: Any) -> dict[str, Any]:
    user = {"name": "bob", "roles": ["rep"], "db": "small"}
    return {
        "description": "",
        "user": user,
        "document": {"_id": document_id},
        "previous": None,
        "new_edits": "both",
    } | changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder of couch_design: one guard, its fixtures, and two views."""
    root = tmp_path / "small"
    write(root / "_design/guard/validate_doc_update.js", GUARD)
    write(root / "_design/notes/views/by_time/map.js", "function (doc) { emit(doc.at, null); }\n")
    write(root / "_design/notes/views/by_name/map.js", "function (doc) {\n  emit(doc.name, null);\n}\n")
    write(root / "_design/notes/views/by_name/reduce", "_count\n")
    write(root / "fixtures/allow/note.json", json.dumps(fixture("note")))
    write(root / "fixtures/deny/other.json", json.dumps(fixture("other", refusal="no_note")))
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def test_it_reads_a_folder_in_order_with_the_path_as_id(folder: Path) -> None:
    guard, notes = read_folder(folder)
    assert (guard.id, guard.is_guard, notes.id, notes.is_guard) == ("_design/guard", True, "_design/notes", False)
    assert list(notes.content["views"]) == ["by_name", "by_time"]
    assert notes.content["views"]["by_name"] == {
        "map": "function (doc) {\n  emit(doc.name, null);\n}",
        "reduce": "_count",
    }


def test_it_reads_the_same_from_windows_and_beside_an_editor(folder: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(folder, twin)
    for path in twin.glob("_design/**/*.js"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    write(twin / "_design/guard/.validate_doc_update.js.swp", "binary")
    write(twin / "_design/guard/validate_doc_update.js~", "old")
    write(twin / ".DS_Store", "")
    assert read_folder(twin) == read_folder(folder)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("README.md", "", "does not belong"),
        ("_design/notes.json", "{}", "must be a folder"),
        ("_design/Notes/views/a/map.js", "function (doc) {}", "lower-case"),
        ("_design/notes__next/views/a/map.js", "function (doc) {}", "single underscores"),
        ("_design/notes/README.md", "", "does not belong"),
        ("_design/notes/_id", "_design/other", "does not belong"),
        ("_design/notes/filters/mine.js", "function () {}", "does not belong"),
        ("_design/notes/views/by_time/map.coffee", "", "does not belong"),
        ("_design/notes/views/by_time/reduce.js", "function () {}", "does not belong"),
        ("_design/notes/views/by_time/reduce", "function (k, v) { return 1; }", "built-in"),
        ("_design/notes/views/empty/reduce", "_count", "needs a map"),
        ("_design/notes/options.json", "{", "cannot be read"),
        ("_design/notes/validate_doc_update.js", "function () {}", "either a guard or views"),
        ("_design/guard/options.json/map.js", "function () {}", "does not belong"),
    ],
)
def test_it_refuses_what_does_not_belong(folder: Path, path: str, text: str, expected: str) -> None:
    write(folder / path, text)
    with pytest.raises(DesignError, match=expected):
        read_folder(folder)


def test_it_refuses_two_files_for_one_key(folder: Path) -> None:
    write(folder / "_design/notes/options.json", "{}")
    (folder / "_design/notes/views.json").mkdir()
    with pytest.raises(DesignError):
        read_folder(folder)


def test_it_refuses_files_that_are_not_utf8(folder: Path) -> None:
    (folder / "_design/guard/validate_doc_update.js").write_bytes(b"function () {} // \xff")
    with pytest.raises(DesignError, match="cannot be read"):
        read_folder(folder)


def test_it_compares_by_content_and_not_by_order_or_stamp() -> None:
    one = {"views": {"a": {"map": "x"}, "b": {"map": "y"}}, "language": "javascript"}
    two = {"_id": "_design/a", "_rev": "1-a", "deploy": {}, "language": "javascript"} | {
        "views": {"b": {"map": "y"}, "a": {"map": "x"}}
    }
    assert content_sha256(one) == content_sha256(two)
    assert content_sha256(one) != content_sha256(one | {"language": "erlang"})


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("allow/a.json", fixture("a", refusal="no"), "is not a fixture"),
        ("deny/b.json", fixture("b"), "is not a fixture"),
        ("allow/c.json", fixture("c", newedits=True), "is not a fixture"),
        ("allow/d.json", fixture("d", new_edits="none"), "is not a fixture"),
        ("allow/e.json", {"document": {}}, "is not a fixture"),
        ("allow/f.json", fixture("note"), "document id"),
    ],
)
def test_it_refuses_a_fixture_that_says_nothing(folder: Path, path: str, body: Any, expected: str) -> None:
    write(folder / "fixtures" / path, json.dumps(body))
    with pytest.raises(DesignError, match=expected):
        read_fixtures(folder)


def test_it_wants_fixtures_of_both_kinds(folder: Path) -> None:
    shutil.rmtree(folder / "fixtures/deny")
    with pytest.raises(DesignError, match="a guard needs fixtures"):
        read_fixtures(folder)


def test_it_deploys_once_and_then_only_what_is_different(couch_url: str, couch: CouchServer, folder: Path) -> None:
    couch.create_database("ops")
    assert [change.action for change in bring_up(couch_url, "ops", folder)] == ["created", "created"]
    stored = couch.database("ops").get("_design/notes")
    assert stored is not None and stored["deploy"] == {"sha256": content_sha256(stored)}
    assert [change.action for change in bring_up(couch_url, "ops", folder)] == ["unchanged", "unchanged"]
    write(folder / "_design/notes/views/by_time/map.js", "function (doc) { emit(doc.time, null); }")
    assert [change.action for change in bring_up(couch_url, "ops", folder)] == ["unchanged", "updated"]
    again = couch.database("ops").get("_design/notes")
    assert again is not None and again["_rev"].startswith("2-")
    assert [row["id"] for row in couch.database("ops").view("notes", "by_time", reduce=False)] == []


@pytest.mark.parametrize("keeps_stamp", [True, False])
def test_it_leaves_alone_what_somebody_changed_by_hand_and_says_so(
    couch_url: str, couch: CouchServer, folder: Path, keeps_stamp: bool
) -> None:
    couch.create_database("ops")
    bring_up(couch_url, "ops", folder)
    guard = couch.database("ops").get("_design/guard")
    assert guard is not None
    stamp = guard.pop("deploy")
    hot_fix = {**guard, "validate_doc_update": "function () {}", **({"deploy": stamp} if keeps_stamp else {})}
    couch.database("ops").put(hot_fix)
    left, same = bring_up(couch_url, "ops", folder)
    assert (left.action, same.action) == ("left alone", "unchanged")
    assert left.reason == ("it was changed by hand since it was deployed" if keeps_stamp else NO_STAMP)
    kept = couch.database("ops").get("_design/guard")
    assert kept is not None and kept["validate_doc_update"] == "function () {}"


def project_of(folder: Path, url: str) -> Project:
    """The folder's design documents for `ops` and for the databases of reps."""
    kinds = {"ops": {"folder": folder.name, "q": 1}, "orders-${rep}": {"folder": folder.name, "q": 1}}
    (folder.parent / "databases.json").write_text(json.dumps(kinds), encoding="utf-8")
    return Project(folder.parent, url)


def test_a_repeated_installation_does_not_undo_a_rollback(couch_url: str, couch: CouchServer, folder: Path) -> None:
    couch.create_database("ops")
    bring_up(couch_url, "ops", folder)
    project = project_of(folder, couch_url)
    write(folder / "_design/notes/views/by_time/map.js", "function (doc) { emit(doc.time, null); }")
    deploy(project, "carol")
    rollback(project, "carol")
    assert [change.action for change in bring_up(couch_url, "ops", folder)] == ["unchanged", "left alone"]
    stored = couch.database("ops").get("_design/notes")
    assert stored is not None and "doc.at" in stored["views"]["by_time"]["map"]
    assert [change.changes for change in plan(project).changes] == [False, True]
    deploy(project, "carol")
    assert [change.action for change in bring_up(couch_url, "ops", folder)] == ["unchanged", "unchanged"]


@pytest.mark.parametrize("ending", ["rolled back", "backed out"])
def test_what_did_not_stand_reaches_neither_an_old_nor_a_new_database(
    couch_url: str, couch: CouchServer, folder: Path, ending: str
) -> None:
    for name in ("ops", "orders-rbob222222222222"):
        couch.create_database(name)
        bring_up(couch_url, name, folder)
    project = project_of(folder, couch_url)
    write(folder / "_design/guard/validate_doc_update.js", GUARD.replace("only the note", "nothing else"))
    write(folder / "_design/notes/views/by_time/map.js", "function (doc) { emit(doc.time, null); }")
    write(folder / "_design/tasks/views/by_time/map.js", "function (doc) { emit(doc.time, null); }")

    def fail(moment: str) -> None:
        if ending == "backed out" and moment.endswith("notes promoted on record"):
            raise DesignError("the canary does not like it")

    with suppress(DesignError):
        deploy(project, "carol", on_step=fail)
    if ending == "rolled back":
        rollback(project, "carol")
    changes = bring_up(couch_url, "ops", folder)
    assert {change.action for change in changes} == {"left alone"}
    assert all(change.reason.endswith(f"that brought it was {ending}") for change in changes)
    couch.create_database("orders-rdora22222222222")
    changes = bring_up(couch_url, "orders-rdora22222222222", folder)
    assert [change.action for change in changes] == ["created", "created", "left alone"]
    for name in ("guard", "notes"):
        old, new = (
            couch.database(f"orders-r{rep}").get(f"_design/{name}") for rep in ("bob222222222222", "dora22222222222")
        )
        assert old is not None and new is not None and content_sha256(old) == content_sha256(new)
    deploy(project, "carol")
    assert {change.action for change in bring_up(couch_url, "orders-rdora22222222222", folder)} == {"unchanged"}


def test_it_waits_for_a_deployment_that_was_left_in_the_middle(
    couch_url: str, couch: CouchServer, folder: Path
) -> None:
    couch.create_database("ops")
    bring_up(couch_url, "ops", folder)
    write(folder / "_design/guard/validate_doc_update.js", GUARD.replace("only the note", "nothing else"))
    write(folder / "_design/notes/views/by_time/map.js", "function (doc) { emit(doc.time, null); }")

    def kill(moment: str) -> None:
        raise Interrupted(moment)

    with pytest.raises(Interrupted):
        deploy(project_of(folder, couch_url), "carol", on_step=kill, patience=0.4)
    _, left = bring_up(couch_url, "ops", folder)
    assert left.action == "left alone" and left.reason.endswith("is not finished")


def test_it_does_not_write_over_what_another_deployed_meanwhile(
    couch_url: str, couch: CouchServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ops = couch.database("ops")
    couch.create_database("ops")

    def meanwhile(*_: Any) -> int:
        ops.put({"_id": "_design/guard", "validate_doc_update": theirs})
        return 0

    monkeypatch.setattr(birth, "_tried", set())
    monkeypatch.setattr(birth, "verify_guard", meanwhile)
    theirs = "function () {}"
    with pytest.raises(DesignError, match="somebody else"):
        bring_up(couch_url, "ops", folder)
    kept = ops.get("_design/guard")
    assert kept is not None and kept["validate_doc_update"] == theirs


def test_it_is_content_when_another_deployed_the_same_meanwhile(
    couch_url: str, couch: CouchServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    couch.create_database("ops")

    def meanwhile(*_: Any) -> int:
        couch.database("ops").put({"_id": "_design/guard", **read_folder(folder)[0].content})
        return 0

    monkeypatch.setattr(birth, "_tried", set())
    monkeypatch.setattr(birth, "verify_guard", meanwhile)
    assert [change.action for change in bring_up(couch_url, "ops", folder)] == ["unchanged", "created"]


def everything(couch: CouchServer) -> tuple[list[str], list[str]]:
    """All databases and all accounts."""
    databases = sorted(couch.call("GET", "_all_dbs"))
    users = couch.database("_users").call("GET", "_all_docs")["rows"] if "_users" in databases else []
    return databases, sorted(row["id"] for row in users)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("function (newDoc {", "allow/note"),
        ("function (newDoc, oldDoc, userCtx) { missing(); }", "allow/note"),
        ("function (newDoc, oldDoc, userCtx) {}", "deny/other.*wanted no_note, got allow"),
        ("function (newDoc, oldDoc, userCtx) { throw {forbidden: 'no_note: never'}; }", "allow/note"),
        ("function (newDoc) { if (newDoc._id !== 'note') { throw {forbidden: 'no: never'}; } }", "got no: never"),
        ("function (newDoc) { if (newDoc._id !== 'note') { throw {unauthorized: 'no_note: never'}; } }", "deny/other"),
        (GUARD.replace('newDoc._id !== "note"', '(newDoc._id !== "note" || newDoc._revisions)'), "note, replicated"),
    ],
    ids=["no syntax", "an exception", "too lax", "too strict", "another code", "another exception", "not replicated"],
)
def test_it_stops_a_wrong_guard_before_any_real_database(
    couch_url: str, couch: CouchServer, folder: Path, source: str, expected: str
) -> None:
    couch.create_database("ops")
    before = everything(couch)
    write(folder / "_design/guard/validate_doc_update.js", source)
    with pytest.raises(DesignError, match=expected):
        bring_up(couch_url, "ops", folder)
    assert couch.database("ops").get("_design/guard") is None
    assert everything(couch) == before


@pytest.mark.parametrize(
    "name", ["ages", "catalog", "connector", "customers", "customers_master", "orders", "ops", "pictures"]
)
def test_it_finds_the_guards_of_the_project_right(couch_url: str, couch: CouchServer, name: str) -> None:
    before = everything(couch)
    assert verify_guard(couch_url, COUCH_DESIGN / name) >= 10
    assert everything(couch) == before


def test_it_tries_a_guard_once_in_a_process(
    couch_url: str, couch: CouchServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []
    monkeypatch.setattr(birth, "_tried", set())
    monkeypatch.setattr(birth, "verify_guard", lambda _, path: tried.append(path))
    for name in ("orders-rbob222222222222", "orders-rcharlie22222222"):
        couch.create_database(name)
        bring_up(couch_url, name, folder)
    assert tried == [folder]


def test_it_translates_what_goes_wrong_at_the_server(couch_url: str, couch: CouchServer, folder: Path) -> None:
    with pytest.raises(NotFound):
        bring_up(couch_url, "ops", folder)
    address = split_credentials(couch_url)[0]
    with pytest.raises(Forbidden) as refused:
        bring_up(address.replace("//", "//nobody:wrong-password@"), "ops", folder)
    with pytest.raises(CouchUnreachable) as away:
        bring_up("http://admin:secret-word@127.0.0.1:9", "ops", folder)
    assert "wrong-password" not in str(refused.value) and "secret-word" not in str(away.value)
