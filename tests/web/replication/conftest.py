"""The two kinds of databases that have snapshots, who may read them, and a console that serves them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from connector.couch import CouchServer, Database
from connector.errors import CouchError
from connector.identifiers import CATALOG, customers_database
from connector.provisioning import set_up_database
from connector.settings import Settings
from tests.web.conftest import Installation, People
from web.replication.snapshots import Snapshots

NORTH, SOUTH = customers_database("north"), customers_database("south")


@pytest.fixture
def settings(installation: Installation, tmp_path: Path) -> Settings:
    """The console's settings, with a folder of the test's own for snapshots."""
    return installation.settings.model_copy(update={"roadbook_snapshot_folder": str(tmp_path / "snapshots")})


@pytest.fixture(scope="session")
def untouched() -> dict[str, str]:
    """What was last known of each database when nothing had been written into it but its guard."""
    return {}


@pytest.fixture
def databases(installation: Installation, people: People, untouched: dict[str, str]) -> CouchServer:
    """Databases in which nothing was ever written but the guard: `catalog` and two territories."""
    server = installation.server
    for name in (CATALOG, NORTH, SOUTH):
        (info,) = server.databases_info([name]).values()
        if info is not None and state_of(info) == untouched.get(name):
            continue
        if info is not None:
            server.delete_database(name)
        set_up(server, name)
        untouched[name] = state_of(server.database(name).info())
    return server


def set_up(server: CouchServer, name: str) -> None:
    """Make a database that was deleted in this moment: CouchDB may still answer for the old one where it is busy."""
    for _ in range(5):
        with suppress(CouchError):
            set_up_database(server, name)
            return
    set_up_database(server, name)


def state_of(info: dict[str, Any]) -> str:
    """Changes with every write."""
    return f"{info['instance_start_time']} {info['update_seq']}"


@pytest.fixture
def catalog(databases: CouchServer) -> Database:
    """The catalog, as an admin."""
    return databases.database(CATALOG)


@pytest.fixture
def north(databases: CouchServer) -> Database:
    """The customers of territory north, as an admin."""
    return databases.database(NORTH)


@dataclass(frozen=True)
class Asking:
    """Asks the console with somebody's name and password."""

    app: Flask
    people: People

    def __call__(self, name: str | None, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
        """GET below /couch/ as somebody, or as nobody."""
        own = dict(headers or {})
        if name is not None:
            pair = f"{name}:{self.people.passwords[name]}"
            own["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return self.app.test_client().get(f"/couch/{path}", headers=own, buffered=True)

    def manifest(self, name: str, database: str) -> dict[str, Any]:
        """The manifest that somebody gets."""
        answer = self(name, f"{database}/_snapshot")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def lines(self, name: str, database: str) -> list[dict[str, Any]]:
        """The lines of the snapshot that somebody gets."""
        answer = self(name, f"{database}/{self.manifest(name, database)['path']}")
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.data.splitlines()]


@pytest.fixture
def ask(app: Flask, people: People, databases: CouchServer) -> Asking:
    """`ask("bob", "catalog/_snapshot")` is what Bob's device gets."""
    return Asking(app, people)


@pytest.fixture
def snapshots(app: Flask) -> Snapshots:
    """The console's snapshots themselves."""
    found: Snapshots = app.extensions["snapshots"]
    return found
