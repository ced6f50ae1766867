"""Fixtures every test may use: a CouchDB without anything of Roadbook's, a sandbox QuickBooks, Roadbook's processes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from connector.couch import CouchServer
from connector.errors import NotFound
from connector.settings import Settings, read_settings, split_credentials
from local_servers import embedded_couch, quickbooks_sandbox
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook, settings_for

OURS = re.compile(r"^(ages|catalog|connector|customers|ops|pictures|(customers|orders|scratch)-.*)$")


def pytest_addoption(parser: pytest.Parser) -> None:
    """--screens: the browser tests' screenshots become those of docs/screens/."""
    parser.addoption("--screens", action="store_true", help="write the screenshots into docs/screens/")


@pytest.fixture(scope="session")
def embedded() -> bool:
    """Whether the tests run on the embedded server rather than on the CouchDB that COUCHDB_URL names."""
    return not os.environ.get("COUCHDB_URL")


@pytest.fixture(scope="session")
def couch_url(embedded: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address, with an admin's credentials, of the CouchDB that all tests of this run share."""
    if not embedded:
        yield os.environ["COUCHDB_URL"].rstrip("/")
        return
    server = embedded_couch.start(log=tmp_path_factory.mktemp("couch") / "server.log")
    yield server.url
    server.stop()


@pytest.fixture
def couch(couch_url: str) -> CouchServer:
    """That server as its admin, without any database or account of Roadbook's."""
    address, user, password = split_credentials(couch_url)
    server = CouchServer(address, user, password)
    wipe(server)
    return server


def wipe(server: CouchServer) -> None:
    """Delete every database that has one of Roadbook's names, and every account."""
    for name in server.call("GET", "_all_dbs"):
        if OURS.match(name):
            server.delete_database(name)
    users = server.database("_users")
    try:
        rows = users.call("GET", "_all_docs")["rows"]
    except NotFound:
        return
    for row in rows:
        if not row["id"].startswith("_design/"):
            users.delete(row["id"], row["value"]["rev"])


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The process behind `quickbooks`; on disk, so that a test may kill and restart it."""
    directory = tmp_path_factory.mktemp("quickbooks")
    process = quickbooks_sandbox.start(state=directory / "company", log=directory / "sandbox.log")
    yield process
    process.stop()


@pytest.fixture
def quickbooks(sandbox: Sandbox) -> Sandbox:
    """A sandbox company as it was founded: sample products and customers, no limits, no faults."""
    if not sandbox.alive():
        sandbox.restart()
    sandbox.control("POST", "reset")
    return sandbox


@pytest.fixture
def environment(couch_url: str, couch: CouchServer, quickbooks: Sandbox) -> dict[str, str]:
    """Roadbook's settings for that CouchDB and that company, as environment variables."""
    return settings_for(couch_url, quickbooks)


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    """The same settings, read and checked."""
    return read_settings(environment)


@pytest.fixture
def roadbook(environment: dict[str, str], tmp_path: Path) -> Iterator[Roadbook]:
    """Roadbook's commands with those settings; what it started is stopped after the test, its logs are shown."""
    processes = Roadbook(environment, tmp_path / "logs")
    yield processes
    processes.stop()
    for log in sorted((tmp_path / "logs").glob("*.log")):
        print(f"---- {log.name}\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")


class OwnCouch(Protocol):
    """A CouchDB that a test may crash."""

    url: str

    def restart(self) -> None:
        """End it as a crash would, start it again on the same data, and wait until it answers."""


class CrashedEmbedded:
    """An embedded server of the test's own."""

    def __init__(self, server: embedded_couch.EmbeddedCouch) -> None:
        self.url = server.url
        self._server = server

    def restart(self) -> None:
        self._server.kill9()
        self._server.restart()


class CommandedCouch:
    """The CouchDB of COUCHDB_URL, restarted by the command in COUCHDB_RESTART."""

    def __init__(self, url: str, command: str) -> None:
        self.url = url
        self._command = command

    def restart(self) -> None:
        subprocess.run(self._command, shell=True, check=True, timeout=60)
        with requests.Session() as session:
            patience = Retry(total=12, backoff_factor=0.1, status_forcelist=(404, 500, 503))
            session.mount("http", HTTPAdapter(max_retries=patience))
            session.get(f"{split_credentials(self.url)[0]}/_up", timeout=10).raise_for_status()


@pytest.fixture
def own_couch(embedded: bool, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[OwnCouch]:
    """A CouchDB that this test may crash and restart; with COUCHDB_URL it is that one, without anything of ours."""
    if embedded:
        server = embedded_couch.start(tmp_path / "couch")
        yield CrashedEmbedded(server)
        server.stop()
        return
    command = os.environ.get("COUCHDB_RESTART")
    if not command:
        pytest.skip("this test restarts CouchDB: with COUCHDB_URL give the command that does it in COUCHDB_RESTART")
    request.getfixturevalue("couch")
    yield CommandedCouch(os.environ["COUCHDB_URL"].rstrip("/"), command)
