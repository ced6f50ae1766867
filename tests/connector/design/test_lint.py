"""What is wrong with a function is seen before any server is asked, with the line; sound code is left in peace."""

from __future__ import annotations

from typing import Any

import pytest

from connector.design import DesignDocument
from connector.design.lint import Finding, lint

SOUND = """// a comment with ` and ' in it
function (doc) {
  var quoted = "it's // no comment", pattern = /[/'"`]{1,2}\\/x/g, half = doc.total / 2 / 1; /* { */
  if (/^a=>b/.test(doc.name) && half > 1) { emit(quoted.replace(pattern, '...'), {let_: 1}); }
  emit({"const": new Date(doc.at)}, null);
}"""


def findings(kind: str, source: str, house_rules: bool = True, **more: Any) -> list[Finding]:
    contents: dict[str, dict[str, Any]] = {
        "map": {"views": {"all": {"map": source}}},
        "guard": {"validate_doc_update": source},
        "module": {"lib": {"dates": {"day": source}}},
        "filter": {"filters": {"mine": source}},
    }
    content = {"language": "javascript", **contents[kind], **more}
    return lint([DesignDocument("app", content, "")], house_rules)


def test_it_finds_nothing_in_sound_code() -> None:
    assert findings("map", SOUND) == []
    assert findings("guard", "(function (newDoc) { throw {forbidden: 'no: never'}; })") == []
    assert findings("module", "exports.day = function (text) { return text; };") == []
    assert findings("map", "fun({Doc}) -> Emit(1, 2) end.", language="erlang") == []


@pytest.mark.parametrize(
    ("kind", "source", "place", "text"),
    [
        ("map", "function (doc) {\n  emit(`x`, 1);\n}", "views/all/map, line 2", "a template text is later than ES5"),
        ("map", "function (doc) {\n\n  const x = 1;\n}", "views/all/map, line 3", "const is later"),
        ("map", "(doc) => emit(doc._id)", "views/all/map, line 1", "=> is later"),
        ("map", "function (a, ...b) {}", "views/all/map, line 1", "... is later"),
        ("filter", "function (doc) {\n  return doc?.a;\n}", "filters/mine, line 2", "?. is later"),
        ("module", "exports.day = function () {", "lib/dates/day, line 1", "{ is never closed"),
        ("map", "function (doc) {\n  emit(doc._id];\n}", "views/all/map, line 2", "] closes nothing"),
        ("map", "function (doc) {\n  emit('doc._id);\n}", "views/all/map, line 2", "never closed"),
        ("map", "function (doc) { /* emit(1); }", "views/all/map, line 1", "never closed"),
        ("map", "function (doc) { emit(#); }", "views/all/map, line 1", "'#' is no JavaScript"),
        ("map", "emit(1)", "views/all/map, line 1", "must be one function"),
        ("map", "// nothing", "views/all/map", "holds nothing"),
        ("map", "function (doc) { emit(new Date(), 1); }", "views/all/map", "the clock"),
        ("map", "function (doc) { emit(new Date, 1); }", "views/all/map", "the clock"),
        ("map", "function (doc) { emit(Date.now(), 1); }", "views/all/map", "the clock"),
        ("map", "function (doc) { emit(Math . random()); }", "views/all/map", "chance"),
        ("guard", "function () { throw new Error('no'); }", "validate_doc_update", "{forbidden: ...}"),
        ("guard", "function () { throw TypeError('no'); }", "validate_doc_update", "{forbidden: ...}"),
        ("guard", "function () { throw 'no: never'; }", "validate_doc_update", "{forbidden: ...}"),
    ],
)
def test_it_names_what_is_wrong_and_where(kind: str, source: str, place: str, text: str) -> None:
    (found,) = findings(kind, source)
    assert found.place == f"app/{place}"
    assert text in found.text
    assert found.refused


def test_it_only_tells_other_projects_what_an_engine_of_today_may_take() -> None:
    for source in ("(doc) => { const x = `y`; }", "doc => emit(doc._id)"):
        assert [found.refused for found in findings("map", source, house_rules=False)] == [False]
    assert {found.refused for found in findings("map", "emit(1) => 2", house_rules=False)} == {True, False}
    assert [found.refused for found in findings("guard", "function () { throw 'x'; }", house_rules=False)] == [False]
