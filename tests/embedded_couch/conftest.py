"""An embedded server in memory for all tests here, and a fresh database for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local_servers import embedded_couch
from local_servers.embedded_couch import EmbeddedCouch

PASSWORD = "secret"
numbers = itertools.count(1)


class Client:
    """One person (or nobody) who talks to one server."""

    def __init__(self, address: str, name: str | None = None, password: str = PASSWORD) -> None:
        self.address = address
        self.session = requests.Session()
        self.session.trust_env = False
        if name is not None:
            self.session.auth = (name, password)

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send a request; `body` goes as JSON."""
        if body is not None:
            options["json"] = body
        return self.session.request(method, f"{self.address}/{path}", timeout=20, **options)

    def close(self) -> None:
        self.session.close()


class Database:
    """One database as its server's admin sees it."""

    def __init__(self, admin: Client, name: str) -> None:
        self.admin = admin
        self.name = name

    def __call__(self, method: str, path: str = "", body: Any = None, **options: Any) -> requests.Response:
        """A request below the database; `path` may begin with ? or be a path."""
        joined = self.name + (path if not path or path.startswith("?") else f"/{path}")
        return self.admin(method, joined, body, **options)

    def guard(self, source: str) -> None:
        """Have documents pass this validate_doc_update function."""
        path = "_design/guard"
        old = self("GET", path).json().get("_rev")
        document = {"validate_doc_update": source} | ({"_rev": old} if old else {})
        assert self("PUT", path, document).status_code == 201


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCouch]:
    """A server in memory, shared by the tests of this folder."""
    process = embedded_couch.start(password=PASSWORD, log=tmp_path_factory.mktemp("embedded") / "server.log")
    yield process
    process.stop()


@pytest.fixture
def admin(server: EmbeddedCouch) -> Iterator[Client]:
    """The server's admin."""
    client = Client(server.address, "admin")
    yield client
    client.close()


@pytest.fixture
def database(admin: Client) -> Iterator[Database]:
    """A new database that members with the role `rep` may use."""
    name = f"scratch-{next(numbers)}"
    assert admin("PUT", name).status_code == 201
    security = {"members": {"names": [], "roles": ["rep"]}, "admins": {"names": [], "roles": ["_admin"]}}
    assert admin("PUT", f"{name}/_security", security).status_code == 200
    yield Database(admin, name)
    admin("DELETE", name)


@pytest.fixture
def people(admin: Client) -> Iterator[dict[str, Client]]:
    """Alice is the admin, Bob has the role `rep`, Charlie another one, and nobody has not said who they are."""
    for name, roles in (("bob", ["rep"]), ("charlie", ["clerk"])):
        path = f"_users/org.couchdb.user:{name}"
        account = {"name": name, "password": PASSWORD, "type": "user", "roles": roles}
        found = admin("GET", path)
        if found.status_code == 404:
            assert admin("PUT", path, account).status_code == 201
    clients = {
        "alice": admin,
        "bob": Client(admin.address, "bob"),
        "charlie": Client(admin.address, "charlie"),
        "nobody": Client(admin.address),
    }
    yield clients
    for client in clients.values():
        client.close()
