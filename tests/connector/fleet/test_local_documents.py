"""What is read out of `_local` documents, honest ones and those that somebody made up."""

from __future__ import annotations

from typing import Any

import pytest

from connector.fleet.local_documents import Found, Report, read, report_of
from tests.connector.fleet.test_sequences import HERE, THERE

POUCH_PULL = {
    "_id": "_local/a==",
    "_rev": "0-3",
    "replicator": "pouchdb",
    "version": 1,
    "last_seq": HERE,
    "history": [],
}
POUCH_PUSH = {"_id": "_local/b==", "_rev": "0-4", "replicator": "pouchdb", "version": 1, "last_seq": 257, "history": []}
ENDED = {"end_time": "Wed, 25 Nov 2026 20:45:23 GMT", "recorded_seq": HERE}
COUCH_PULL = {
    "_id": "_local/c",
    "_rev": "0-1",
    "source_last_seq": HERE,
    "replication_id_version": 4,
    "history": [ENDED],
}
COUCH_PUSH = {"_id": "_local/d", "_rev": "0-1", "source_last_seq": THERE, "history": [ENDED]}
ECHO = {"_id": "_local/connector", "_rev": "0-1", "token": "x", "last_seq": HERE}
REPORT = {
    "_id": "_local/device-phone",
    "_rev": "0-7",
    "at": "2026-11-25T12:00:00Z",
    "app": "0.1.0",
    "unsent": 2,
    "drafts": 1,
    "oldest_unsent_at": "2026-11-25T09:00:00Z",
    "denied": [{"id": "order:1", "reason": "wrong_total: it is not"}],
    "denied_count": 4,
    "error": {"code": "server", "text": "it is in trouble"},
    "pushed_seq": 257,
    "lost": {"at": "2026-11-24T12:00:00Z", "unsent": 2, "drafts": 0, "known_at": None},
}


def found(*documents: Any, own: Any = HERE) -> Found:
    return read([{"id": document["_id"], "doc": document} for document in documents], own)


def test_it_tells_pulls_from_pushes_and_leaves_the_connectors_echo_out() -> None:
    here = found(POUCH_PULL, POUCH_PUSH, COUCH_PULL, COUCH_PUSH, ECHO)
    assert [each.id for each in here.pulls] == ["_local/a==", "_local/c"]
    assert [each.id for each in here.pushes] == ["_local/b==", "_local/d"]
    assert [each.client for each in here.pulls] == ["PouchDB", "CouchDB"]
    assert [each.moved_at for each in here.pulls] == [None, "2026-11-25T20:45:23Z"]


def test_it_reads_a_devices_report() -> None:
    assert found(REPORT).reports == (
        Report(
            device="phone",
            revision="0-7",
            at="2026-11-25T12:00:00Z",
            app="0.1.0",
            unsent=2,
            drafts=1,
            oldest_unsent_at="2026-11-25T09:00:00Z",
            denied=4,
            denials=("order:1: wrong_total: it is not",),
            error="it is in trouble",
            code="server",
            pushed=257,
            lost_at="2026-11-24T12:00:00Z",
            lost=2,
        ),
    )


def test_it_reads_the_report_of_an_older_app() -> None:
    older = report_of(
        {"_id": "_local/device-x", "at": "2026-11-25T12:00:00.000Z", "unsent": 0, "error": "timed out", "denied": []}
    )
    assert (older.error, older.unsent, older.denied) == ("timed out", 0, 0)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"at": 5, "unsent": "many", "denied": {"x": 1}, "error": 7, "app": ["1"]},
        {"at": "yesterday", "unsent": -1, "denied": ["order:1", None], "error": {"text": None, "code": 3}},
        {"at": "2026-11-25T12:00:00", "unsent": True, "denied_count": 10**30, "pushed_seq": 1.5},
    ],
)
def test_it_takes_for_unknown_what_makes_no_sense(spoilt: dict[str, Any]) -> None:
    report = report_of({"_id": "_local/device-x", **spoilt})
    assert (report.at, report.unsent, report.error, report.pushed) == (None, None, "", None)


def test_it_keeps_no_novel_and_no_control_characters() -> None:
    report = report_of({"_id": "_local/device-" + "x" * 500, "error": "a\x00b" + "c" * 5000, "app": "1" * 500})
    assert (len(report.device), len(report.error), len(report.app)) == (64, 300, 64)
    assert report.error.startswith("abc")


@pytest.mark.parametrize(
    "document", [{"_id": "_local/x"}, {"_id": "_local/x", "last_seq": True}, {"_id": "_local/x", "last_seq": []}]
)
def test_it_leaves_out_what_is_no_checkpoint(document: dict[str, Any]) -> None:
    assert found(document) == Found()


def test_it_tells_pulls_from_pushes_by_the_report_where_both_are_numbers() -> None:
    pull = POUCH_PULL | {"last_seq": 6}
    push = POUCH_PUSH | {"last_seq": 3}
    far = POUCH_PUSH | {"_id": "_local/far", "last_seq": 90}
    here = found(pull, push, far, REPORT | {"pushed_seq": 3}, own=8)
    assert [each.id for each in here.pulls] == ["_local/a=="]
    assert [each.id for each in here.pushes] == ["_local/far", "_local/b=="]
