"""Accounts of the office: made, changed, removed, and never taken from somebody else."""

from __future__ import annotations

import pytest

from connector.couch import CouchServer
from connector.errors import Forbidden, ProvisioningError
from connector.office_accounts import add_office_account, office_accounts, remove_office_account
from connector.provisioning import add_rep, install
from connector.settings import Settings
from local_servers.roadbook import Roadbook


@pytest.fixture
def server(couch: CouchServer, settings: Settings) -> CouchServer:
    """A new installation, as its admin."""
    install(couch, settings)
    return couch


def roles_of(server: CouchServer, name: str, password: str) -> list[str]:
    return list(CouchServer(server.url, name, password).call("GET", "_session")["userCtx"]["roles"])


def test_somebody_of_the_office_signs_in_until_the_account_is_removed(server: CouchServer) -> None:
    first = add_office_account(server, "olga", "ops")
    assert roles_of(server, "olga", first) == ["ops"]
    second = add_office_account(server, "olga", "admin", "hunter2hunter2")
    assert roles_of(server, "olga", second) == ["admin"]
    with pytest.raises(Forbidden):
        roles_of(server, "olga", first)
    assert office_accounts(server) == [("olga", "admin")]
    remove_office_account(server, "olga")
    assert office_accounts(server) == []


@pytest.mark.parametrize(
    ("name", "role", "password", "why"),
    [
        ("Olga", "ops", None, "cannot be an account"),
        ("connector", "ops", None, "cannot be an account"),
        ("olga", "rep", None, "no role of the office"),
        ("olga", "ops", "short", "at least 8"),
        ("bob", "ops", None, "not of the office"),
    ],
)
def test_it_says_why_an_account_cannot_be_made(
    server: CouchServer, name: str, role: str, password: str | None, why: str
) -> None:
    add_rep(server, "bob", "north")
    with pytest.raises(ProvisioningError, match=why):
        add_office_account(server, name, role, password)


def test_it_removes_no_rep(server: CouchServer) -> None:
    add_rep(server, "bob", "north")
    with pytest.raises(ProvisioningError, match="not of the office"):
        remove_office_account(server, "bob")
    with pytest.raises(ProvisioningError, match="there is no account"):
        remove_office_account(server, "eve")


def test_the_commands_say_the_password_once(roadbook: Roadbook, couch: CouchServer) -> None:
    roadbook.install()
    shown = roadbook.command("office", "add", "olga", "--role", "ops").stdout
    password = shown.rpartition(" ")[2].strip()
    assert roles_of(couch, "olga", password) == ["ops"]
    assert "olga" in roadbook.command("office", "list").stdout
    roadbook.command("office", "remove", "olga")
    assert "olga" not in roadbook.command("office", "list").stdout
