"""Runs a guard in QuickJS, the engine of CouchDB 3.5, and hands fixtures to the tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import quickjs
from jsonschema import Draft202012Validator

COUCH_DESIGN = Path(__file__).resolve().parents[2] / "couch_design"
FOLDERS = ("ages", "catalog", "connector", "customers", "customers_master", "orders", "ops", "pictures")

BOB = "rbob222222222222"
CHARLIE = "rcharlie22222222"
BOBS_ACCOUNT = {"name": "bob", "roles": ["rep", f"rep:{BOB}"], "db": f"orders-{BOB}"}
CONNECTORS_ACCOUNT = {"name": "connector", "roles": ["connector"], "db": f"orders-{BOB}"}

RUN = """
function run(newDoc, oldDoc, user) {
  try {
    guard(JSON.parse(newDoc), JSON.parse(oldDoc), JSON.parse(user), {});
    return "null";
  } catch (error) {
    return JSON.stringify({thrown: error === undefined ? "undefined" : error, text: String(error)});
  }
}
"""


class Guard:
    """One folder's guard, compiled as CouchDB compiles it."""

    def __init__(self, folder: str) -> None:
        path = COUCH_DESIGN / folder / "_design" / "guard" / "validate_doc_update.js"
        context = quickjs.Context()
        context.eval(f"var guard = ({path.read_text(encoding='utf-8').strip()})")
        context.eval(RUN)
        context.set_time_limit(20)
        self._run = context.get("run")

    def refusal(self, document: Any, previous: Any = None, user: Any = BOBS_ACCOUNT) -> str | None:
        """The reason of a refusal or None; fails the test if anything but {forbidden: "code: text"} is thrown."""
        outcome = json.loads(self._run(json.dumps(document), json.dumps(previous), json.dumps(user)))
        if outcome is None:
            return None
        assert list(outcome["thrown"]) == ["forbidden"], outcome
        reason = outcome["thrown"]["forbidden"]
        code, colon, text = reason.partition(": ")
        assert colon and text and code.replace("_", "").isalpha() and code.islower(), reason
        return str(reason)

    def code(self, document: Any, previous: Any = None, user: Any = BOBS_ACCOUNT) -> str | None:
        """The code of a refusal, or None."""
        reason = self.refusal(document, previous, user)
        return None if reason is None else reason.partition(":")[0]


@cache
def guard(folder: str) -> Guard:
    """A folder's guard, compiled once."""
    return Guard(folder)


def fixtures(folder: str, kind: str = "*") -> list[tuple[str, dict[str, Any]]]:
    """(name, fixture) of a folder, sorted by name."""
    paths = sorted((COUCH_DESIGN / folder / "fixtures").glob(f"{kind}/*.json"))
    return [
        (f"{folder}/{path.parent.name}/{path.stem}", json.loads(path.read_text(encoding="utf-8"))) for path in paths
    ]


def as_written(fixture: dict[str, Any], replicated: bool) -> dict[str, Any]:
    """A fixture's document as the guard sees it: with the revision and the ancestors that CouchDB adds."""
    document: dict[str, Any] = dict(fixture["document"])
    if "_revisions" in document:
        return document
    if fixture["previous"] is not None:
        return document | {"_rev": "2-b" if replicated else "1-a", "_revisions": {"start": 2, "ids": ["b", "a"]}}
    return document | {"_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}} if replicated else document


def sample(name: str) -> dict[str, Any]:
    """The document of an allow fixture of the orders folder, to be changed at will."""
    path = COUCH_DESIGN / "orders" / "fixtures" / "allow" / f"{name}.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["document"]
    return document


@cache
def schema_of(kind: str) -> Draft202012Validator:
    """The published schema of a document type."""
    (path,) = COUCH_DESIGN.glob(f"*/schemas/{kind}.json")
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
