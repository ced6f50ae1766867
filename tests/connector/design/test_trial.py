"""Broken design documents are stopped in scratch databases of the same server, with the reason, and leave nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.design import COUCH_DESIGN
from connector.design.trial import try_folder
from connector.errors import DesignError
from tests.couch_design.guards import FOLDERS

GUARD = """function (newDoc, oldDoc, userCtx, secObj) {
  if (newDoc._id !== "note") { throw {forbidden: "no_note: only the note is kept here"}; }
}
"""
ONLY_NOTES = 'function (doc) { if (doc.type === "note") { emit(doc.at, null); } }'


def fixture(document_id: str, **changes: Any) -> str:
    user = {"name": "bob", "roles": ["rep"], "db": "small"}
    body = {"description": "", "user": user, "document": {"_id": document_id, "type": "note", "at": "noon"}}
    return json.dumps(body | {"previous": None, "new_edits": "both"} | changes)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, couch: CouchServer) -> Path:
    """A small sound folder: a guard, its fixtures, a view, and a sample besides."""
    for name in ("_users", "_replicator"):
        couch.create_database(name)
    root = tmp_path / "small"
    write(root / "_design/guard/validate_doc_update.js", GUARD)
    write(root / "_design/notes/views/by_time/map.js", ONLY_NOTES)
    write(root / "fixtures/allow/note.json", fixture("note"))
    write(root / "fixtures/deny/other.json", fixture("other", refusal="no_note"))
    write(root / "samples/bare.json", '{"_id": "bare"}')
    return root


@pytest.fixture(autouse=True)
def _leaves_nothing(couch: CouchServer, folder: Path) -> Any:
    yield
    assert [name for name in couch.call("GET", "_all_dbs") if name.startswith("scratch-")] == []
    rows = couch.database("_users").call("GET", "_all_docs")["rows"]
    assert [row["id"] for row in rows if "scratch-" in row["id"]] == []


def test_it_finds_a_sound_folder_sound(couch_url: str, folder: Path) -> None:
    assert try_folder(couch_url, folder) > 4


@pytest.mark.parametrize("name", FOLDERS)
def test_it_finds_every_folder_of_the_project_sound(couch_url: str, folder: Path, name: str) -> None:
    assert try_folder(couch_url, COUCH_DESIGN / name) > 10


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("function (newDoc {", "validate_doc_update, line 1: { is never closed|closes nothing"),
        ("function (newDoc) { if (newDoc) return 'a", "line 1: a text or a comment is never closed"),
        ("function (newDoc) { var = 5; }", "allow/note, written: wanted allow, got CouchDB's answer"),
        ("function (newDoc) { missing(); }", "allow/note, written: wanted allow, got CouchDB's answer"),
        ("function (newDoc) { while (true) {} }", "allow/note, written: wanted allow, got CouchDB's answer"),
        ("42", "must be one function"),
        ("function (newDoc) { const x = 1; }", "line 1: const is later than ES5"),
        ("function (newDoc) { throw 'no_note: never'; }", "throws something else than"),
        (GUARD.replace("newDoc._id", "newDoc.at.length, newDoc._id"), "it fails inside instead of refusing"),
        (
            GUARD.replace("no_note: only the note is kept here", "no_note"),
            "a refusal must be “code: text”, got no_note",
        ),
    ],
    ids=[
        "brackets",
        "open text",
        "no syntax",
        "TypeError",
        "endless",
        "no function",
        "ES6",
        "bare",
        "inside",
        "no text",
    ],
)
def test_it_stops_a_broken_guard(couch_url: str, folder: Path, source: str, expected: str) -> None:
    write(folder / "_design/guard/validate_doc_update.js", source)
    with pytest.raises(DesignError, match=expected):
        try_folder(couch_url, folder)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("function (doc) { emit(doc.at.length, null); }", "notes: the map of by_time throws at bare: TypeError"),
        ("function (doc) { emit(missing, null); }", "the map of by_time throws at .*: ReferenceError"),
        ("function (doc) { if (doc.type === 'order') { emit(doc.at); } }", "emits nothing for any sample"),
        ("function (doc) { emit(new Date().getTime(), null); }", "depends on the clock or on chance"),
        ("function (doc) { emit(Math.random(), null); }", "depends on the clock or on chance"),
        ("(doc) => { emit(doc.at, null); }", "=> is later than ES5"),
        ("function (doc) { var = 1; }", "notes: CouchDB does not take it"),
    ],
)
def test_it_stops_a_broken_map(couch_url: str, folder: Path, source: str, expected: str) -> None:
    write(folder / "_design/notes/views/by_time/map.js", source)
    with pytest.raises(DesignError, match=expected):
        try_folder(couch_url, folder)


def test_it_stops_an_endless_map_and_the_server_goes_on(
    couch_url: str, couch: CouchServer, folder: Path, embedded: bool
) -> None:
    if embedded:
        pytest.skip("the embedded server runs maps in its own process, without a limit of time")
    write(folder / "_design/notes/views/by_time/map.js", "function (doc) { while (true) {} }")
    with pytest.raises(DesignError, match="view by_time fails over the samples"):
        try_folder(couch_url, folder)
    write(folder / "_design/notes/views/by_time/map.js", ONLY_NOTES)
    assert try_folder(couch_url, folder) > 4


def test_it_stops_a_reduce_that_fails(couch_url: str, folder: Path) -> None:
    write(folder / "_design/notes/views/by_time/map.js", "function (doc) { emit(doc._id, 'text'); }")
    write(folder / "_design/notes/views/by_time/reduce", "_sum")
    with pytest.raises(DesignError, match="by_time"):
        try_folder(couch_url, folder)


BY = "function (newDoc) { if (!newDoc.by) { throw {forbidden: 'by is missing'}; } }"


def test_it_tries_projects_without_fixtures_with_what_they_have(couch_url: str, folder: Path, tmp_path: Path) -> None:
    forum = tmp_path / "forum"
    write(forum / "_design/app/views/all/map.js", "function (doc) { emit(doc.at, 1); }")
    write(forum / "_design/app/views/all/reduce.js", "function (keys, values) { return sum(values); }")
    write(forum / "_design/app/validate_doc_update.js", BY)
    write(forum / "samples/post.json", '{"_id": "post", "by": "bob"}')
    assert try_folder(couch_url, forum, house_rules=False) >= 1
    write(forum / "_design/app/validate_doc_update.js", BY.replace("newDoc.by", "newDoc.by.name"))
    with pytest.raises(DesignError, match="it fails inside instead of refusing"):
        try_folder(couch_url, forum, house_rules=False)


def test_it_tries_maps_that_use_modules(couch_url: str, folder: Path, tmp_path: Path, embedded: bool) -> None:
    if embedded:
        pytest.skip("the embedded server's maps cannot require modules")
    forum = tmp_path / "forum"
    write(forum / "_design/app/views/all/map.js", "function (doc) { emit(require('views/lib/day').day(doc), 1); }")
    write(forum / "_design/app/views/lib/day.js", "exports.day = function (doc) { return doc.at.slice(0, 10); };")
    write(forum / "samples/post.json", '{"_id": "post", "at": "2026-11-20T18:00:00.000Z"}')
    assert try_folder(couch_url, forum, house_rules=False) >= 1
    write(forum / "samples/bare.json", '{"_id": "bare"}')
    with pytest.raises(DesignError, match="the map of all throws at bare: TypeError"):
        try_folder(couch_url, forum, house_rules=False)


def test_it_takes_a_map_that_ends_in_a_comment(couch_url: str, folder: Path) -> None:
    write(folder / "_design/notes/views/by_time/map.js", "function (doc) { emit(doc._id, 1); } // ends here")
    assert try_folder(couch_url, folder) > 4


def test_it_takes_a_reduce_that_counts_errors(couch_url: str, folder: Path, tmp_path: Path) -> None:
    forum = tmp_path / "forum"
    write(forum / "_design/app/views/all/map.js", "function (doc) { emit(doc._id, 1); }")
    write(forum / "_design/app/views/all/reduce.js", "function () { return {error: 2, ok: 3}; }")
    write(forum / "samples/post.json", '{"_id": "post"}')
    assert try_folder(couch_url, forum, house_rules=False) == 1
