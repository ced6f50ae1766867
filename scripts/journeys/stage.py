"""Everything a journey needs on loopback: CouchDB, a sandbox company, Roadbook connected to it, reps with devices."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from connector.connecting import Connecting
from connector.connections import connection_of
from connector.couch import CouchServer
from connector.errors import RoadbookError
from connector.identifiers import CONNECTOR, account_id, customers_database
from connector.provisioning import Added, add_rep, install, set_up_database
from connector.quickbooks import Connection
from connector.servers import admin_server, connector_server
from connector.settings import Settings, read_settings
from connector.territories import Distribution, TerritoryStore
from local_servers import embedded_couch, front_door, quickbooks_sandbox
from local_servers.device import Device
from local_servers.embedded_couch import EmbeddedCouch
from local_servers.process import Child
from local_servers.quickbooks_sandbox import Limits, Sandbox
from local_servers.roadbook import Roadbook, settings_for

OURS = re.compile(r"^(ages|catalog|connector|customers|ops|pictures|(customers|orders)-.*)$")

Say = Callable[[str], None]


class Occupied(RoadbookError):
    """The CouchDB that COUCHDB_URL names already holds a Roadbook."""


class Stage:
    """Servers, settings and people of one journey; leaving the `with` block stops everything."""

    def __init__(
        self,
        directory: Path,
        *,
        empty_company: bool = False,
        limits: Limits = "off",
        wipe: bool = False,
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.couch: EmbeddedCouch | None = None
        self.door: Child | None = None
        self.devices: list[Device] = []
        url = os.environ.get("COUCHDB_URL", "").rstrip("/")
        if not url:
            self.couch = embedded_couch.start(directory / "couch", log=directory / "couch.log")
            url = self.couch.url
        self.sandbox: Sandbox = quickbooks_sandbox.start(
            log=directory / "quickbooks.log",
            state=directory / "company.sqlite",
            limits=limits,
            empty=empty_company,
        )
        values = settings_for(url, self.sandbox, **{"roadbook_lease_seconds": "2", **(overrides or {})})
        self.roadbook = Roadbook(values, directory)
        self.settings: Settings = read_settings(values)
        self.admin: CouchServer = admin_server(self.settings)
        self._make_room(wipe)
        install(self.admin, self.settings)
        self.server: CouchServer = connector_server(self.settings)

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for device in self.devices:
            device.stop()
        if self.door is not None:
            self.door.stop()
        self.roadbook.stop()
        self.sandbox.stop()
        if self.couch is not None:
            self.couch.stop()

    @property
    def couch_name(self) -> str:
        """Which CouchDB plays along."""
        return f"CouchDB at {self.admin.url}" if self.couch is None else "the embedded CouchDB server (demo grade)"

    def connect_quickbooks(self) -> Connection:
        """Hand the sandbox company's refresh token over, as connecting would."""
        connecting = Connecting(self.settings, self.server, "journey")
        connecting.connect(self.sandbox.realm, refresh_token=self.sandbox.refresh_token)
        return connection_of(self.settings, self.server)

    def start_connector(self) -> Child:
        """Start the connector and wait until it says that it is ready."""
        return self.roadbook.connector()

    def add_territory(self, territory: str) -> None:
        """Make a territory's customers database before its first rep."""
        set_up_database(self.admin, customers_database(territory))
        TerritoryStore(self.server.database(CONNECTOR)).change_rules(territory=territory)

    def is_free(self, port: int) -> bool:
        """Whether nothing listens on a port of loopback."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    def free_port(self) -> int:
        """A port of loopback that nothing listens on."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def open_front_door(self, console: Child, port: int) -> str:
        """Put the console, the reps' app and CouchDB on one origin, and return it."""
        self.door = front_door.start(
            couch=self.admin.url,
            console=f"http://127.0.0.1:{console.ready['port']}",
            log=self.directory / "door.log",
            port=port,
        )
        return f"http://127.0.0.1:{self.door.ready['port']}"

    def add_rep(self, name: str, territory: str) -> Added:
        """Make a rep; the territory has its customers then."""
        added = add_rep(self.admin, name, territory)
        Distribution(self.server, self.settings.roadbook_new_customers, self.admin).run()
        return added

    def add_console_account(self, name: str, role: str) -> str:
        """Make an account that may use the console; returns its password."""
        password = secrets.token_urlsafe(9)
        account = {"_id": account_id(name), "type": "user", "name": name, "roles": [role]}
        users = self.admin.database("_users")
        current = users.get(account_id(name))
        users.put({**account, "password": password} | ({"_rev": current["_rev"]} if current else {}))
        return password

    def give_device(self, rep: Added, name: str) -> Device:
        """Give a rep a device with an empty replica on disk."""
        device = Device(
            server=self.admin.url,
            user=rep.account,
            password=str(rep.password),
            rep=rep.rep,
            territory=rep.territory,
            log=self.directory / f"{name}.log",
            directory=self.directory / "devices" / name,
            name=name,
        )
        self.devices.append(device)
        return device

    def _make_room(self, wipe: bool) -> None:
        """An embedded server is new; a CouchDB of the user's must hold no Roadbook, unless it may be wiped."""
        if self.couch is not None:
            return
        present = [name for name in self.admin.call("GET", "_all_dbs") if OURS.match(name)]
        if present and not wipe:
            raise Occupied(
                f"{self.admin.url} already holds {', '.join(present[:5])}: use an empty CouchDB, or --wipe it"
            )
        for name in present:
            self.admin.delete_database(name)
        if wipe:
            users = self.admin.database("_users")
            for account in users.starting_with("org.couchdb.user:"):
                # Accounts may have outlived the registry that knew them.
                if {"rep", "connector"} & set(account.get("roles", [])):
                    users.delete(account["_id"], account["_rev"])
