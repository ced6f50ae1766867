"""images/couchdb/: what runs before CouchDB, and what joins three of them into a cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.compose.files import IMAGES
from tests.proxy.recorder import Exchange, Recorder

START = IMAGES / "couchdb" / "start.sh"
CLUSTER_SETUP = IMAGES / "couchdb" / "cluster-setup.sh"
UUID = "0123456789abcdef0123456789abcdef"
DEADLINE = 20.0  # seconds
SYSTEM_DATABASES = ["_users", "_replicator", "_global_changes"]


def started(directory: Path, uuid: str) -> subprocess.CompletedProcess[str]:
    """start.sh with a program in place of the image's entry point that prints its arguments."""
    entrypoint = directory / "entrypoint.sh"
    entrypoint.write_text('#!/bin/sh\necho "$@"\n')
    entrypoint.chmod(0o755)
    places = {"COUCHDB_CONFIGURATION": str(directory), "COUCHDB_ENTRYPOINT": str(entrypoint)}
    environment = {"PATH": os.environ["PATH"], "COUCHDB_UUID": uuid} | places
    return subprocess.run(
        ["bash", START], env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False
    )


def test_it_starts_couchdb_with_the_servers_own_uuid(tmp_path: Path) -> None:
    for _ in range(2):  # a container that is started again
        assert started(tmp_path, UUID).stdout == "/opt/couchdb/bin/couchdb\n"
    found = ConfigParser()
    found.read(tmp_path / "20-uuid.ini")
    assert found["couchdb"]["uuid"] == UUID


@pytest.mark.parametrize("uuid", ["", "roadbook", UUID[:-1], UUID.upper(), UUID + "\n[admins]"])
def test_it_does_not_start_couchdb_without_one(tmp_path: Path, uuid: str) -> None:
    found = started(tmp_path, uuid)
    assert (found.returncode, found.stdout) == (78, "")
    assert "COUCHDB_UUID must be 32 hexadecimal digits" in found.stderr
    assert not (tmp_path / "20-uuid.ini").exists()


@pytest.mark.parametrize(
    ("name", "section", "option", "value"),
    [
        ("roadbook.ini", "couchdb", "max_document_size", "8000000"),
        ("roadbook.ini", "chttpd", "bind_address", "0.0.0.0"),
        ("roadbook.ini", "chttpd_auth", "same_site", "strict"),
        ("roadbook.ini", "chttpd_auth_lockout", "mode", "enforce"),
        ("roadbook.ini", "replicator", "valid_endpoint_protocols", "https"),
        ("single.ini", "couchdb", "single_node", "true"),
        ("cluster.ini", "cluster", "n", "3"),
    ],
)
def test_couchdbs_settings_say(name: str, section: str, option: str, value: str) -> None:
    found = ConfigParser()
    found.read(IMAGES / "couchdb" / name)
    assert found[section][option] == value


class Cluster:
    """Three hosts of which the first answers as CouchDB's cluster set-up does."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.members = ["couchdb@127.0.0.1"]
        self.connected = True
        self.finished = False
        recorder.answer = self.answer

    def answer(self, exchange: Exchange) -> None:
        path = exchange.path.split("?")[0]
        status = 200
        body: dict[str, object] = {}
        if path == "/_membership":
            body = {"all_nodes": self.members if self.connected else self.members[:1], "cluster_nodes": self.members}
        elif path.startswith("/_node/_local/_nodes/"):
            name = path.rsplit("/", 1)[1]
            status = 409 if name in self.members else 201
            self.members += [] if name in self.members else [name]
        elif exchange.command == "POST":
            status, self.finished = 201, True
        else:
            body = {"state": "cluster_finished" if self.finished else "cluster_enabled"}
        exchange.reply(json.dumps(body, separators=(",", ":")).encode() + b"\n", status)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        hosts = f"127.0.0.1:{self.recorder.server_port} couchdb2.cluster couchdb3.cluster"
        sign_in = {"COUCHDB_USER": "admin", "COUCHDB_PASSWORD": "0a1b2c", "COUCHDB_NODES": hosts}
        environment = {"PATH": os.environ["PATH"]} | sign_in
        return subprocess.run(
            ["sh", CLUSTER_SETUP], env=environment, capture_output=True, text=True, timeout=DEADLINE, check=False
        )

    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every request since the last call."""
        found = [(request.method, request.target.split("?")[0]) for request in self.recorder.requests]
        self.recorder.requests.clear()
        return found


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed (the script runs in curl's own image)")
    with Recorder() as recorder:
        yield Cluster(recorder)


def test_it_joins_three_nodes_and_may_be_repeated(cluster: Cluster) -> None:
    joining = [
        ("GET", "/_cluster_setup"),
        ("PUT", "/_node/_local/_nodes/couchdb@127.0.0.1"),
        ("PUT", "/_node/_local/_nodes/couchdb@couchdb2.cluster"),
        ("PUT", "/_node/_local/_nodes/couchdb@couchdb3.cluster"),
    ]
    first = cluster.set_up()
    assert first.returncode == 0, first.stderr
    assert "a cluster of 3 nodes" in first.stdout
    finish = cluster.recorder.requests[-2]
    assert json.loads(finish.body) == {"action": "finish_cluster", "ensure_dbs_exist": SYSTEM_DATABASES}
    assert {request.headers["Authorization"] for request in cluster.recorder.requests} == {"Basic YWRtaW46MGExYjJj"}
    assert cluster.requests() == [*joining, ("POST", "/_cluster_setup"), ("GET", "/_membership")]

    second = cluster.set_up()
    assert second.returncode == 0, second.stderr
    assert cluster.requests() == [*joining, ("GET", "/_membership")]


def test_it_fails_when_a_node_is_not_connected(cluster: Cluster) -> None:
    cluster.connected = False
    found = cluster.set_up()
    assert found.returncode == 1
    assert "couchdb@couchdb2.cluster is not connected" in found.stderr


def test_it_fails_when_a_node_may_not_join(cluster: Cluster) -> None:
    def refuse(exchange: Exchange) -> None:
        exchange.reply(b'{"error":"unauthorized"}\n', 401)

    cluster.recorder.answer = refuse
    found = cluster.set_up()
    assert found.returncode == 1
    assert "could not join" in found.stderr
    assert "0a1b2c" not in found.stdout + found.stderr
