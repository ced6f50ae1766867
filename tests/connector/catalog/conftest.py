"""A company with a rep, whose copies are brought over in this process from a real sandbox into a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.catalog import Catalog, State, States, ages
from connector.connecting import Connecting
from connector.connections import connection_of
from connector.couch import CouchServer, Document
from connector.cursors import Cursor, Cursors
from connector.identifiers import AGES, CATALOG, CONNECTOR, CUSTOMERS, customers_database
from connector.provisioning import add_rep, install, set_up_database
from connector.servers import admin_server, connector_server
from connector.settings import Settings, read_settings
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import settings_for
from tests.conftest import wipe

TERRITORY = "north"
COPIES = (CATALOG, CUSTOMERS, customers_database(TERRITORY), AGES)
OURS = ("catalog:", "cursor:", "everyone:", "claim:", "lease:", "territor")


class Copies:
    """What a test does and looks at."""

    def __init__(self, settings: Settings, sandbox: Sandbox) -> None:
        self.settings = settings
        self.sandbox = sandbox
        self.server: CouchServer = connector_server(settings)
        self.admin: CouchServer = admin_server(settings)
        self.connection = connection_of(settings, self.server)
        self._ahead = 0.0

    def catalog(self, **changes: Any) -> Catalog:
        """Another process' way to bring copies over."""
        return Catalog(self.settings.model_copy(update=changes), self.server, self.connection.gateway)

    def document(self, key: str) -> Document:
        """A copy as it is now."""
        found = self.server.database(CUSTOMERS if key.startswith("customer:") else CATALOG).get(key)
        assert found is not None, key
        return found

    def territory(self, key: str) -> Document:
        """The territory's copy of a customer."""
        return self.server.database(customers_database(TERRITORY)).get(key) or {}

    def change(self, entity: str, id: str, **changes: Any) -> None:
        """Somebody in the office changes an entity."""
        self.sandbox.control("POST", "office", {"entity": entity, "id": id, "changes": changes})

    def spoil(self, entity: str, id: str, remove: tuple[str, ...] = (), **changes: Any) -> None:
        """An entity becomes what it should never be."""
        wish = {"entity": entity, "id": id, "changes": changes, "remove": list(remove)}
        self.sandbox.control("POST", "spoil", wish)

    def make(self, entity: str, *rows: dict[str, Any]) -> list[str]:
        """The office makes some entities; returns their ids."""
        ids: list[str] = self.sandbox.control("POST", "seed", {entity: list(rows)})[entity]
        return ids

    def switch(self, **switches: Any) -> None:
        """QuickBooks behaves otherwise from now on."""
        self.sandbox.control("POST", "switches", switches)

    def wait(self, minutes: float) -> None:
        """Let time pass at QuickBooks, so that the next look does not see again what has happened until now."""
        self._ahead += 60 * minutes
        self.sandbox.control("POST", "clock", {"ahead": self._ahead})

    def sequences(self) -> dict[str, str]:
        """Where the databases with copies are; the same as long as nothing is written into them."""
        return {name: str(self.admin.database(name).info()["update_seq"]) for name in COPIES if name != AGES}

    def reads(self) -> int:
        """How many metered reads the company has answered."""
        return int(self.sandbox.control("GET", "state")["metered_reads"])

    @property
    def state(self) -> State:
        """What is on record about the copies."""
        return States(self.server.database(CONNECTOR)).load(self.sandbox.realm)

    @property
    def cursor(self) -> Cursor:
        """From where changes are read."""
        return Cursors(self.server.database(CONNECTOR)).load(self.sandbox.realm, "catalog")

    @property
    def ages(self) -> dict[str, str]:
        """When what was confirmed."""
        return ages(self.server.database(AGES))

    def reasons(self) -> dict[str, str]:
        """Why what was skipped."""
        return {key: each.reason for key, each in self.state.skipped.items()}


@pytest.fixture(scope="module")
def installation(couch_url: str, sandbox: Sandbox) -> Settings:
    """Roadbook installed, with a rep."""
    if not sandbox.alive():
        sandbox.restart()
    settings = read_settings(settings_for(couch_url, sandbox, roadbook_lease_seconds="2"))
    admin = admin_server(settings)
    wipe(admin)
    install(admin, settings)
    add_rep(admin, "bob", TERRITORY)
    return settings


@pytest.fixture
def copies(installation: Settings, quickbooks: Sandbox) -> Iterator[Copies]:
    """That installation without any copies, connected to a company as it was founded."""
    admin, server = admin_server(installation), connector_server(installation)
    for name in COPIES:
        admin.delete_database(name)
        set_up_database(admin, name)
    database = admin.database(CONNECTOR)
    for prefix in (*OURS, "token:", "company"):
        for document in list(database.starting_with(prefix)):
            database.delete(document["_id"], document["_rev"])
    Connecting(installation, server, "test").connect(quickbooks.realm, refresh_token=quickbooks.refresh_token)
    found = Copies(installation, quickbooks)
    found.wait(10)
    yield found
    found.connection.close()
    quickbooks.control("POST", "clock", {"ahead": 0})
