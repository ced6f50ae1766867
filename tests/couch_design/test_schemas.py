"""The published schemas: sound, described, and in agreement with the fixtures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.couch_design.guards import COUCH_DESIGN, FOLDERS, fixtures, schema_of

SCHEMAS = sorted(COUCH_DESIGN.glob("*/schemas/*.json"))
BY_SHAPE = {
    *("bad_field", "missing_field", "unknown_field", "bad_characters", "schema_version"),
    *("too_long", "too_short", "too_many", "too_few"),
}
BEYOND_SCHEMAS = {"date_that_does_not_exist", "receipt_with_the_number_of_another"}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_it_is_a_sound_schema_of_one_document_type(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["type"] == {"description": "What kind of document this is.", "const": path.stem}
    assert {"_id", "type", "schema"} <= set(schema["required"])


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_it_describes_every_field(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))

    def check(part: Any, at: str) -> None:
        for name, field in part.get("properties", {}).items():
            if field is False:
                continue
            described = field if "description" in field else schema["$defs"][field["$ref"].rsplit("/", 1)[1]]
            assert described["description"], f"{at}.{name}"
            check(field, f"{at}.{name}")

    check(schema, path.stem)
    for name, definition in schema["$defs"].items():
        check(definition, name)


def written_by_its_owner(fixture: dict[str, Any]) -> bool:
    return "_admin" not in fixture["user"]["roles"] and not fixture["document"].get("_deleted")


@pytest.mark.parametrize(
    ("name", "fixture"),
    [
        pytest.param(name, fixture, id=name)
        for folder in ("ages", "catalog", "customers", "customers_master", "orders", "pictures")
        for name, fixture in fixtures(folder, "allow")
        if written_by_its_owner(fixture)
    ],
)
def test_it_accepts_what_the_guard_allows(name: str, fixture: dict[str, Any]) -> None:
    schema_of(fixture["document"]["type"]).validate(fixture["document"])


@pytest.mark.parametrize(
    ("name", "fixture"),
    [
        pytest.param(name, fixture, id=name)
        for name, fixture in fixtures("orders", "deny")
        if fixture["refusal"] in BY_SHAPE and name.rsplit("/", 1)[1] not in BEYOND_SCHEMAS
    ],
)
def test_it_refuses_the_shapes_that_the_guard_refuses(name: str, fixture: dict[str, Any]) -> None:
    assert not schema_of(fixture["document"]["type"]).is_valid(fixture["document"])


def test_it_covers_every_type_that_the_fixtures_write() -> None:
    published = {path.stem for path in SCHEMAS}
    written = {
        fixture["document"]["type"]
        for folder in FOLDERS
        if folder in ("ages", "catalog", "customers", "customers_master", "orders", "pictures")
        for _, fixture in fixtures(folder, "allow")
        if written_by_its_owner(fixture)
    }
    assert written <= published
