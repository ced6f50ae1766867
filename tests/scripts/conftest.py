"""Fixtures of the device's tests: Bob's databases on the server, and devices of his."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.couch import CouchServer, Database
from local_servers.device import Device
from tests.scripts.bob import ALFRED, CHAI, FREIGHT, GUARD, REP, Open


@pytest.fixture
def orders(couch: CouchServer) -> Database:
    """Bob's orders database, with his account, a small catalog and a guard that refuses one thing."""
    closed = {"names": [], "roles": ["_admin"]}
    for name, role in (("catalog", "rep"), ("customers-north", "territory:north"), (f"orders-{REP}", f"rep:{REP}")):
        couch.create_database(name)
        couch.database(name).put_security({"admins": closed, "members": {"names": [], "roles": [role]}})
    couch.database("catalog").bulk([CHAI, FREIGHT])
    couch.database("customers-north").put(ALFRED)
    roles = ["rep", f"rep:{REP}", "territory:north"]
    account = {"_id": "org.couchdb.user:bob", "type": "user", "name": "bob", "password": "bob's own", "roles": roles}
    couch.database("_users").put(account)
    database = couch.database(f"orders-{REP}")
    database.put({"_id": "_design/guard", "validate_doc_update": GUARD})
    return database


@pytest.fixture
def open_device(orders: Database, tmp_path: Path) -> Iterator[Open]:
    """Switches on devices of Bob's; they are off after the test."""
    devices: list[Device] = []

    def open_one(
        name: str = "phone", *, password: str = "bob's own", memory: bool = False, server: str = orders.server.url
    ) -> Device:
        devices.append(
            Device(
                server=server,
                user="bob",
                password=password,
                rep=REP,
                territory="north",
                log=tmp_path / f"{name}.log",
                directory=None if memory else tmp_path / name,
                name=name,
            )
        )
        return devices[-1]

    yield open_one
    for device in devices:
        device.stop()
