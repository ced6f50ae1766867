"""What CouchDB says of itself, in words; nothing that it does not say is taken for good."""

from __future__ import annotations

from typing import Any

import pytest

from connector.couch import CouchServer
from connector.couch_health import Replication, Task, health_of, replications_of, tasks_of, without_credentials

# Answers of CouchDB 3.5.0, shortened.
INDEXER = {
    "type": "indexer",
    "database": "shards/00000000-ffffffff/connector.1795639514",
    "design_document": "_design/ledger",
    "progress": 40,
}
COMPACTION = {"type": "database_compaction", "database": "shards/00000000-7fffffff/ops.1795639514", "phase": "docids"}
CRASHING = {
    "database": "_replicator",
    "doc_id": "backup",
    "source": "http://127.0.0.1:5984/orders/",
    "target": "https://backup.example/orders/",
    "state": "crashing",
    "info": {"error": "db_not_found: could not open https://u:secret@backup.example/orders/"},
}
RUNNING = {**CRASHING, "doc_id": "a hub", "state": "running", "info": {"changes_pending": 12}}
JOB = {
    "id": "c1+continuous",
    "doc_id": None,
    "source": "a",
    "target": "b",
    "history": [{"type": "started"}],
    "info": {},
}


def test_it_tells_what_couchdb_is_doing() -> None:
    assert tasks_of([INDEXER, COMPACTION, {"type": "of_the_future"}]) == (
        Task("builds an index", "connector/_design/ledger", 40),
        Task("compacts a database", "ops"),
        Task("of_the_future", ""),
    )
    assert tasks_of([]) == ()


def test_it_puts_replications_in_trouble_first_and_shows_no_password() -> None:
    found = replications_of({"docs": [RUNNING, CRASHING]}, {"jobs": [JOB, {**JOB, "doc_id": "backup"}]})
    assert found is not None
    assert [each.name for each in found] == ["backup", "a hub", "from _replicate"]
    assert [each.troubled for each in found] == [True, False, False]
    assert found[1] == Replication("a hub", RUNNING["source"], RUNNING["target"], "running", "", 12)
    assert "secret" not in str(found)


@pytest.mark.parametrize("answer", [None, "no", 5, {"error": "unauthorized"}])
def test_it_knows_nothing_where_it_was_told_nothing(answer: Any) -> None:
    assert tasks_of(answer) is None
    if not isinstance(answer, dict):
        assert replications_of(answer, None) is None


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://a:b@c/d/", "http://c/d/"),
        ("http://c/d/", "http://c/d/"),
        ("orders", "orders"),
        ("http://a:b@x@c/", "http://c/"),
    ],
)
def test_it_leaves_credentials_out(address: str, shown: str) -> None:
    assert without_credentials(address) == shown


def test_it_asks_a_server(couch: CouchServer, embedded: bool) -> None:
    health = health_of(couch)
    assert health.up and health.version
    assert health.embedded is embedded
    assert (health.tasks is None) is embedded
    assert health.replications is not None


def test_that_couchdb_does_not_answer_is_an_answer() -> None:
    health = health_of(CouchServer("http://127.0.0.1:9", "admin", "secret"))
    assert (health.up, health.tasks, health.replications) == (False, None, None)
    assert "does not answer" in health.problem
