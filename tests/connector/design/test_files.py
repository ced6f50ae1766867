"""Any project of the couchdb-bootstrap convention can be read, strictly, and a document becomes files and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from connector.design import content_sha256, files_of, read_folder, read_tree, write_document
from connector.design.shapes import FUNCTIONS, MEMBERS
from connector.errors import DesignError

MAP = "function (doc) {\n  emit(doc._id, null);\n}"
FORUM: dict[str, Any] = {
    "_id": "_design/forum",
    "language": "javascript",
    "filters": {"mine": "function (doc, req) { return doc.by === req.query.by; }"},
    "lib": {"dates": {"day": "exports.day = function (text) { return text.slice(0, 10); };"}},
    "lists": {"all": "function (head, req) { send('[]'); }"},
    "options": {"partitioned": False},
    "rewrites": [{"from": "/a", "to": "b"}],
    "shows": {"one": "function (doc, req) { return 'x'; }"},
    "updates": {"touch": "function (doc, req) { return [doc, 'ok']; }"},
    "validate_doc_update": "function (newDoc) { if (!newDoc.by) { throw {forbidden: 'by is missing'}; } }",
    "views": {
        "by-day": {"map": MAP, "reduce": "_count"},
        "lib": {"day": "exports.day = 1;"},
        "sums": {"map": MAP, "reduce": "function (keys, values) { return sum(values); }"},
    },
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_it_writes_what_it_reads_and_reads_what_it_writes(tmp_path: Path) -> None:
    written = write_document(tmp_path, FORUM | {"_rev": "3-c", "deploy": {"sha256": "x"}})
    assert [path.relative_to(tmp_path / "_design/forum").as_posix() for path in written] == [
        "filters/mine.js",
        "lib/dates/day.js",
        "lists/all.js",
        "options.json",
        "rewrites.json",
        "shows/one.js",
        "updates/touch.js",
        "validate_doc_update.js",
        "views/by-day/map.js",
        "views/by-day/reduce",
        "views/lib/day.js",
        "views/sums/map.js",
        "views/sums/reduce.js",
    ]
    (read,) = read_folder(tmp_path, house_rules=False)
    assert {"_id": read.id} | read.content == FORUM
    assert read.sha256 == content_sha256(FORUM)
    with pytest.raises(DesignError, match="is there already"):
        write_document(tmp_path, FORUM)


# ---- any document that CouchDB can hold ----------------------------------------------------------------------------
KEYS = some.text(max_size=12) | some.sampled_from(
    ["a", "A", "a.b", "x.json", ".git", "b~", "con", "a/b", "..", "é", "_id"]
)
TEXTS = some.text(max_size=40) | some.sampled_from(["", " padded", "a\r\nb", "a\rb", "\ufeffmark", "_sum", "line\n"])
VALUES = some.recursive(
    TEXTS | some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
FUNCTIONS_BY_NAME = some.dictionaries(KEYS, TEXTS, max_size=3)
VIEWS = some.fixed_dictionaries(
    {"map": TEXTS}, optional={"reduce": TEXTS, "options": some.dictionaries(KEYS, VALUES, max_size=2)}
)


@some.composite
def documents(draw: some.DrawFn) -> dict[str, Any]:
    """A design document of any shape that CouchDB can use, with other members beside."""
    known = {
        "language": some.sampled_from(["javascript", "erlang"]),
        "options": some.dictionaries(KEYS, VALUES, max_size=2),
        "views": some.dictionaries(KEYS.filter(lambda key: key != "lib"), VIEWS, max_size=3),
        "validate_doc_update": TEXTS,
        "rewrites": TEXTS | some.lists(VALUES, max_size=2),
        "autoupdate": some.booleans(),
        "lib": VALUES,
        **dict.fromkeys(FUNCTIONS, FUNCTIONS_BY_NAME),
    }
    found: dict[str, Any] = draw(some.fixed_dictionaries({}, optional=known))
    others = draw(some.dictionaries(KEYS.filter(lambda key: len(key) < 4 and key not in MEMBERS), VALUES, max_size=3))
    return found | others


@given(documents())
@settings(max_examples=300, deadline=None)
def test_a_document_becomes_files_and_the_same_document_again(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("project")
    document = {"_id": "_design/any", **content}
    written = write_document(folder, document)
    (read,) = read_folder(folder, house_rules=False)
    assert read.sha256 == content_sha256(document)
    assert read.content == {"language": "javascript"} | content
    again = files_of({"_id": read.id, **read.content})
    assert again == files_of(document)
    assert sorted(folder / "_design" / ("any/" + path if path else "any.json") for path in again) == written


@given(some.dictionaries(some.sampled_from(["a", "b", "views"]), TEXTS, min_size=1))
@settings(max_examples=100, deadline=None)
def test_files_become_a_document_and_the_same_files_again(
    tmp_path_factory: pytest.TempPathFactory, modules: dict[str, str]
) -> None:
    assume(all(text.strip() == text and text for text in modules.values()))
    files = {f"lib/{name}.js": text.replace("\r", "") + "\n" for name, text in modules.items()}
    assume(all(text[:-1].strip("\ufeff") == text[:-1] for text in files.values()))
    folder = tmp_path_factory.mktemp("project")
    for path, text in files.items():
        write(folder / "_design/any" / path, text)
    (read,) = read_folder(folder, house_rules=False)
    assert files_of({"_id": read.id, **read.content}) == files


# ---- strictness ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("_design/app/view/all/map.js", MAP, "is views meant"),
        ("_design/app/validate_doc_updat.js", MAP, "is validate_doc_update meant"),
        ("_design/app/README.md", "", "README.md: does not belong"),
        ("_design/app/index.js", "module.exports = {}", "index.js: modules are not run"),
        ("_design/other.js", "module.exports = {}", "other.js: must be a folder or a .json file"),
        ("_design/app.json", "{}", "a folder and a file for one design document: app"),
        ("_design/app/views.json", "{}", "two files for one key"),
        ("_design/app/views/all/map.json", '"x"', "map.json: two files for one key|map.js: two files for one key"),
        ("_design/app/views/all/maps.js", MAP, "maps does not belong into a view"),
        ("_design/app/views/none/reduce", "_sum", "view none needs a map"),
        ("_design/app/filters/a/b.js", MAP, "filters/a must be a function"),
        ("_design/app/filters.js", MAP, "filters must be an object"),
        ("_design/app/rewrites.json", "4", "rewrites must be"),
        ("_design/app/autoupdate", "false", "autoupdate must be true or false"),
        ("_design/app/_rev", "1-a", "_rev is not deployed from files"),
        ("_design/app/_id", "_design/other", "_id is another"),
        ("_design/app/_attachments/logo.png", "", "_attachments is not deployed"),
        ("_design/app/options.json", '{"a": 1, "a": 2}', "options.json: cannot be read: a name is there twice"),
        ("_design/app/options.json", '{"a": NaN}', "NaN is no JSON"),
        ("_design/app__next/views/all/map.js", MAP, "kept for staging"),
        ("_design/two.json", "[]", "two.json: a design document is an object"),
    ],
)
def test_it_refuses_by_name_what_the_convention_does_not_know(
    tmp_path: Path, path: str, text: str, expected: str
) -> None:
    write(tmp_path / "_design/app/views/all/map.js", MAP)
    assert [document.name for document in read_folder(tmp_path, house_rules=False)] == ["app"]
    write(tmp_path / path, text)
    with pytest.raises(DesignError, match=expected):
        read_folder(tmp_path, house_rules=False)


def test_it_refuses_folders_with_nothing_in_them_and_links(tmp_path: Path) -> None:
    write(tmp_path / "_design/app/views/all/map.js", MAP)
    (tmp_path / "_design/app/lib").mkdir()
    with pytest.raises(DesignError, match="lib: holds nothing"):
        read_folder(tmp_path, house_rules=False)
    (tmp_path / "_design/app/lib").rmdir()
    (tmp_path / "_design/app/lib").symlink_to(tmp_path)
    with pytest.raises(DesignError, match="lib: does not belong"):
        read_folder(tmp_path, house_rules=False)


def test_it_reads_json_files_ids_and_templates_as_the_convention_has_them(tmp_path: Path) -> None:
    write(tmp_path / "_design/app/_id", "_design/app\n")
    write(tmp_path / "_design/app/templates/post.html", "<p>{{text}}</p>\n")
    write(tmp_path / "_design/whole.json", json.dumps({"views": {"all": {"map": MAP}}}))
    app, whole = read_folder(tmp_path, house_rules=False)
    assert app.content == {"language": "javascript", "templates": {"post": "<p>{{text}}</p>"}}
    assert whole.content["views"] == {"all": {"map": MAP}}


# ---- trees ---------------------------------------------------------------------------------------------------------
def test_a_folder_is_the_database_of_its_name_where_nothing_else_is_said(tmp_path: Path) -> None:
    write(tmp_path / "forum/_design/app/views/all/map.js", MAP)
    write(tmp_path / "forum/welcome.json", "{}")
    write(tmp_path / "closed/_security.json", "{}")
    write(tmp_path / "_users/alice.json", "{}")
    write(tmp_path / "_config.json", "{}")
    tree = read_tree(tmp_path)
    assert [kind.pattern for kind in tree.kinds] == ["closed", "forum"]
    assert [path.name for path in tree.left_alone] == ["_config.json", "_users"]
    forum = tree.kind_of("forum")
    assert ([document.id for document in forum.documents()], forum.has_security) == (["_design/app"], False)
    assert [path.name for path in forum.left_alone] == ["welcome.json"]
    assert [name for name, _ in tree.placed(["forum", "other", "closed"])] == ["closed", "forum"]


def test_a_pattern_serves_many_databases(tmp_path: Path) -> None:
    write(
        tmp_path / "databases.json", json.dumps({"user-${name}": {"folder": "user"}, "all": {"folder": "all", "q": 4}})
    )
    write(tmp_path / "user/_design/app/views/all/map.js", MAP)
    write(tmp_path / "user/_security.json", '{"members": {"names": ["${name}"]}}')
    write(tmp_path / "all/_design/app/views/all/map.js", MAP)
    tree = read_tree(tmp_path)
    assert [(name, kind.shards) for name, kind in tree.placed(["user-bob", "all", "users"])] == [
        ("all", 4),
        ("user-bob", 2),
    ]
    assert tree.kind_of("user-bob").security("user-bob") == {"members": {"names": ["bob"]}}


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({"a": {"folder": "missing"}}, "names a folder that is not there: missing"),
        ({"A": {"folder": "a"}}, "is no database name"),
        ({"a-${B}": {"folder": "a"}}, "is no database name"),
        ({"a": {}}, "cannot be read"),
    ],
)
def test_it_refuses_a_list_of_databases_that_means_nothing(tmp_path: Path, listed: Any, expected: str) -> None:
    write(tmp_path / "a/_design/app/views/all/map.js", MAP)
    write(tmp_path / "databases.json", json.dumps(listed))
    with pytest.raises(DesignError, match=expected):
        read_tree(tmp_path)


def test_it_says_so_when_there_is_nothing_to_deploy(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match="is it the right one"):
        read_tree(tmp_path)
    with pytest.raises(DesignError, match="no such folder"):
        read_tree(tmp_path / "typo")
