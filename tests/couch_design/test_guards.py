"""Every guard does what every fixture says, in QuickJS and in Node, for plain and for replicated writes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from connector.design import read_folder
from connector.design.lint import lint
from connector.records import PREFIXES, read_document
from local_servers import SCRIPTS
from tests.couch_design.guards import BOB, COUCH_DESIGN, FOLDERS, as_written, fixtures, guard

WAYS = {"both": (False, True), True: (False,), False: (True,)}
WRITES = [
    pytest.param(folder, fixture, replicated, id=f"{name}-{'replicated' if replicated else 'written'}")
    for folder in FOLDERS
    for name, fixture in fixtures(folder)
    for replicated in WAYS[fixture["new_edits"]]
]

NODE = """
const {guards, writes} = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const compiled = Object.fromEntries(Object.entries(guards).map(([name, source]) => [name, eval('(' + source + ')')]));
const judge = ([folder, newDoc, oldDoc, user]) => {
  try { compiled[folder](newDoc, oldDoc, user, {}); } catch (error) { return error.forbidden || String(error); }
  return null;
};
process.stdout.write(JSON.stringify(writes.map(judge)));
"""


@pytest.mark.parametrize(("folder", "fixture", "replicated"), WRITES)
def test_it_allows_and_refuses_as_the_fixture_says(folder: str, fixture: dict[str, Any], replicated: bool) -> None:
    document = as_written(fixture, replicated)
    assert guard(folder).code(document, fixture["previous"], fixture["user"]) == fixture.get("refusal")


def test_it_is_judged_by_enough_fixtures() -> None:
    assert len(fixtures("orders", "allow")) >= 10
    assert len(fixtures("orders", "deny")) >= 40
    for folder in FOLDERS:
        kinds = {fixture["new_edits"] for _, fixture in fixtures(folder)}
        assert kinds & {"both", True} and kinds & {"both", False}, folder
        forged = [fixture for _, fixture in fixtures(folder, "deny") if "_revisions" in fixture["document"]]
        assert any(fixture["document"]["_revisions"]["start"] == 9 for fixture in forged), folder


@pytest.mark.parametrize(
    ("name", "document"),
    [
        pytest.param(name, fixture["document"], id=name)
        for name, fixture in fixtures("orders", "allow")
        if fixture["document"]["_id"].startswith(tuple(PREFIXES)) and "_admin" not in fixture["user"]["roles"]
    ],
)
def test_it_allows_a_rep_only_what_the_connector_can_read(name: str, document: dict[str, Any]) -> None:
    assert read_document(document).rep == BOB, name


def test_it_gives_the_same_answers_in_node() -> None:
    node = shutil.which("node")
    assert node, "Node is needed: it runs the devices' side"
    guards = {name: source_of(name) for name in FOLDERS}
    writes = [
        (folder, as_written(fixture, replicated), fixture["previous"], fixture["user"], fixture.get("refusal"))
        for folder in FOLDERS
        for _, fixture in fixtures(folder)
        for replicated in WAYS[fixture["new_edits"]]
    ]
    job = json.dumps({"guards": guards, "writes": [write[:4] for write in writes]})
    done = subprocess.run([node, "-e", NODE], input=job, capture_output=True, text=True, timeout=60, check=True)
    codes = [None if answer is None else answer.partition(":")[0] for answer in json.loads(done.stdout)]
    assert codes == [write[4] for write in writes]


def test_every_function_is_es5_to_a_parser_of_the_javascript_world() -> None:
    acorn = SCRIPTS / "node_modules" / "acorn"
    if not acorn.is_dir():
        pytest.skip("acorn comes with express-pouchdb, which is not here any more")
    sources = {path.relative_to(COUCH_DESIGN).as_posix(): path.read_text() for path in COUCH_DESIGN.rglob("*.js")}
    program = f"""
const {{parse}} = require({json.dumps(str(acorn))});
const sources = JSON.parse(require('fs').readFileSync(0, 'utf8'));
for (const [name, source] of Object.entries(sources)) {{
  try {{ parse('(' + source.trim() + ')', {{ecmaVersion: 5}}); }} catch (error) {{ console.log(name + ': ' + error); }}
}}
"""
    job = json.dumps(sources)
    done = subprocess.run(["node", "-e", program], input=job, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == ""
    assert len(sources) >= 13


@pytest.mark.parametrize("folder", FOLDERS)
def test_it_is_clean_to_the_lint_that_a_deploy_begins_with(folder: str) -> None:
    assert lint(read_folder(COUCH_DESIGN / folder)) == []
    assert source_of(folder).startswith("function (newDoc, oldDoc, userCtx, secObj) {")


@pytest.mark.parametrize("folder", FOLDERS)
def test_it_has_no_clock_and_no_chance_in_it(folder: str) -> None:
    assert re.search(r"\bDate\b|Math\.random", source_of(folder)) is None


def source_of(folder: str) -> str:
    return (COUCH_DESIGN / folder / "_design/guard/validate_doc_update.js").read_text(encoding="utf-8").strip()
