"""What is not as the files say is found every night and told loudly."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connector.couch import CouchServer
from connector.design import Project, bring_up, kind_of
from connector.drift import RECORD, DriftCheck, last_drift_check
from tests.couch_design.guards import schema_of

GUARD = "function (newDoc, oldDoc, userCtx) {}"


class Night:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def project(couch_url: str, couch: CouchServer, tmp_path: Path) -> Project:
    """A tree that speaks of `ops` alone, which is as its files say."""
    root = tmp_path / "tree"
    for path, text in {
        "databases.json": json.dumps({"ops": {"folder": "ops", "q": 1}}),
        "ops/_design/guard/validate_doc_update.js": GUARD,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    couch.create_database("ops", kind_of("ops").shards)
    couch.database("ops").put({"_id": "_design/guard", "language": "javascript", "validate_doc_update": GUARD})
    return Project(root, couch_url)


def test_a_clean_night_is_on_record_and_not_loud(project: Project, couch: CouchServer) -> None:
    night = Night()
    check = DriftCheck("03:30", project, couch, night)
    check.look()
    assert last_drift_check(couch) is None
    night.now += timedelta(minutes=31)
    with capture_logs() as lines:
        check.look()
        check.look()
    assert [(line["event"], line["log_level"]) for line in lines] == [("design.as_the_files_say", "info")]
    last = last_drift_check(couch)
    assert last is not None and (last.clean, last.compared, last.at) == (True, 1, "2026-11-25T03:31:00.000Z")
    record = couch.database("ops").get(RECORD)
    assert record is not None
    schema_of("design_drift").validate(record)


def test_every_kind_of_drift_is_told_with_the_document(project: Project, couch: CouchServer) -> None:
    ops = couch.database("ops")
    guard = ops.get("_design/guard")
    assert guard is not None
    ops.put({**guard, "validate_doc_update": "function () {}", "deploy": {"sha256": "0" * 64}})
    ops.put({"_id": "_design/mine", "views": {"a": {"map": "function (doc) {}"}}})
    folder = project.root / "ops/_design/found/views/all"
    folder.mkdir(parents=True)
    (folder / "map.js").write_text("function (doc) { emit(doc._id, null); }", encoding="utf-8")
    night = Night()
    check = DriftCheck("03:30", project, couch, night)
    night.now += timedelta(hours=1)
    with capture_logs() as lines:
        check.look()
    (line,) = lines
    assert (line["event"], line["log_level"], line["count"]) == ("design.drift", "error", 3)
    assert line["findings"] == [
        "ops/_design/found is missing",
        "ops/_design/guard was changed by hand since it was deployed",
        "ops/_design/mine is not in the files",
    ]
    last = last_drift_check(couch)
    assert last is not None and not last.clean and list(last.findings) == line["findings"]


def test_what_goes_wrong_is_logged_and_tried_again_in_an_hour(project: Project, couch: CouchServer) -> None:
    night = Night()
    check = DriftCheck("03:30", project, couch, night)
    couch.delete_database("ops")
    night.now += timedelta(hours=1)
    with capture_logs() as lines:
        check.look()
        check.look()
    assert [line["event"] for line in lines] == ["design.drift_check_failed"]
    couch.create_database("ops")
    bring_up(project.url, "ops", kind_of("ops").folder)
    night.now += timedelta(minutes=61)
    check.look()
    assert last_drift_check(couch) is not None


def test_it_can_be_off(project: Project, couch: CouchServer) -> None:
    night = Night()
    check = DriftCheck("off", project, couch, night)
    night.now += timedelta(days=3)
    check.look()
    assert last_drift_check(couch) is None
