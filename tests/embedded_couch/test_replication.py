"""Replication: two PouchDB clients meet on one database, and the server copies databases itself."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from local_servers import SCRIPTS
from local_servers.node import node

TWO_CLIENTS = Path(__file__).with_name("two_clients.mjs")
GUARD = "function (doc) { if (doc.bad) throw {forbidden: 'no bad documents'}; }"


def test_two_clients_and_the_server_end_with_the_same_documents(server, people, database):
    database.guard(GUARD)
    ended = subprocess.run(
        [str(node()), str(TWO_CLIENTS), f"{SCRIPTS}/", server.address, database.name, "bob", "secret"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    one, two = result["replicas"]
    assert one == two == result["server"]
    assert len(one) == 241, "240 less one deleted, one begun twice, one with a file"
    assert [one["one-19"][1], one["two-19"][1], len(one["shared"][2])] == [3, 3, 1]
    assert (result["denied"], result["attachment"]) == (["bad"], 100_000)
    assert database("GET", "bad").status_code == 404


@pytest.fixture
def copy(admin, database):
    """The name of an empty database beside `database`."""
    name = f"{database.name}-copy"
    assert admin("PUT", name).status_code == 201
    yield name
    admin("DELETE", name)


def test_it_replicates_a_database_on_request_past_the_targets_guard(admin, database, copy):
    database("POST", "_bulk_docs", {"docs": [{"_id": "a"}, {"_id": "b", "bad": True}, {"_id": "c"}]})
    admin("PUT", f"{copy}/_design/guard", {"validate_doc_update": GUARD})
    answer = admin("POST", "_replicate", {"source": database.name, "target": copy}).json()
    assert answer["ok"] is True
    assert (answer["history"][0]["docs_written"], answer["history"][0]["doc_write_failures"]) == (2, 1)
    assert [admin("GET", f"{copy}/{name}").status_code for name in "abc"] == [200, 404, 200]


def test_a_replication_between_addresses_hides_their_passwords(server, admin, database, copy):
    database("PUT", "a", {})
    wanted = {"source": f"{server.url}/{database.name}", "target": {"url": f"{server.url}/{copy}"}, "continuous": True}
    assert admin("POST", "_replicate", wanted).status_code == 202
    wait_for_document(admin, copy, "a")
    tasks = admin("GET", "_active_tasks").text
    assert database.name in tasks and server.password not in tasks
    assert admin("POST", "_replicate", wanted | {"cancel": True}).status_code == 200
    assert admin("POST", "_replicate", wanted | {"cancel": True}).status_code == 404


def test_a_missing_source_is_told_and_not_made(admin, database):
    answer = admin("POST", "_replicate", {"source": "never-made", "target": database.name})
    assert answer.status_code == 404
    assert "never-made" not in admin("GET", "_all_dbs").json()


def test_a_replicator_document_runs_until_it_is_deleted(admin, database, copy):
    path = f"_replicator/{database.name}"
    wanted = {"source": database.name, "target": copy, "continuous": True}
    assert admin("PUT", path, wanted).status_code == 201
    database("PUT", "a", {})
    wait_for_document(admin, copy, "a")
    listed = admin("GET", f"_scheduler/docs/_replicator/{database.name}").json()
    assert (listed["state"], listed["source"]) == ("running", database.name)
    revision = admin("GET", path).json()["_rev"]
    admin("DELETE", f"{path}?rev={revision}")
    wait_until(lambda: database.name not in admin("GET", "_active_tasks").text, "the replication goes on")
    database("PUT", "b", {})
    assert admin("GET", f"{copy}/b").status_code == 404


@pytest.mark.parametrize(("source", "state"), [(None, "completed"), ("never-made", "error")])
def test_a_replicator_document_tells_how_it_ended(admin, database, copy, source, state):
    path = f"_replicator/{database.name}-{state}"
    assert admin("PUT", path, {"source": source or database.name, "target": copy}).status_code == 201
    wait_until(lambda: admin("GET", path).json().get("_replication_state") == state, f"it is never {state}")
    admin("DELETE", f"{path}?rev={admin('GET', path).json()['_rev']}")


def wait_for_document(admin, database, name):
    """Wait for a document; the feed stays open until there is a change."""
    answer = admin("POST", f"{database}/_changes?feed=longpoll&filter=_doc_ids&timeout=15000", {"doc_ids": [name]})
    assert [change["id"] for change in answer.json()["results"]] == [name]


def wait_until(condition, complaint):
    """There is no feed of what is asked here, so it is asked again."""
    until = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < until, complaint
        time.sleep(0.02)
