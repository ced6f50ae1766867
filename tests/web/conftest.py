"""The console on a CouchDB with Roadbook's databases, and the people who try to use it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector.couch import CouchServer
from connector.identifiers import CONNECTOR
from connector.provisioning import install
from connector.settings import Settings, read_settings
from tests.web.ledger_rows import OnRecord
from web import create_app

ROLES: Mapping[str, list[str]] = {
    "alice": ["admin"],
    "olga": ["ops"],
    "bob": ["rep", "rep:rbbbbbbbbbbbbbbb", "territory:north"],
    "nobody": [],
}


@pytest.fixture
def environment(couch_url: str) -> dict[str, str]:
    """The console's settings; it never talks to QuickBooks, so there is no company."""
    return {
        "COUCHDB_URL": couch_url,
        "ROADBOOK_COUCHDB_PASSWORD": secrets.token_hex(12),
        "ROADBOOK_SECRET_KEYS": Fernet.generate_key().decode(),
        "ROADBOOK_SESSION_KEY": secrets.token_hex(32),
        "ROADBOOK_WEB_PORT": "0",
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    """The same settings, read and checked."""
    return read_settings(environment)


@pytest.fixture
def ledger(couch: CouchServer, settings: Settings) -> OnRecord:
    """The ledger of a fresh installation."""
    install(couch, settings)
    return OnRecord(couch.database(CONNECTOR))


@dataclass(frozen=True)
class People:
    """Accounts on CouchDB, all with a password of this run's."""

    couch: CouchServer
    passwords: Mapping[str, str]

    def change(self, name: str, roles: list[str]) -> None:
        """Give an account other roles."""
        users = self.couch.database("_users")
        account = users.get(f"org.couchdb.user:{name}")
        assert account is not None
        users.put({**account, "roles": roles})

    def remove(self, name: str) -> None:
        """Delete an account."""
        users = self.couch.database("_users")
        account = users.get(f"org.couchdb.user:{name}")
        assert account is not None
        users.delete(account["_id"], account["_rev"])


@pytest.fixture
def people(couch: CouchServer, ledger: OnRecord) -> People:
    """Alice is an admin, Olga of the office, Bob a rep; Nobody has an account and no role."""
    users = couch.database("_users")
    passwords = {name: secrets.token_hex(8) for name in ROLES}
    for name, roles in ROLES.items():
        account = {"_id": f"org.couchdb.user:{name}", "name": name, "type": "user", "roles": roles}
        users.put({**account, "password": passwords[name]})
    return People(couch, passwords | {couch.user: couch._password})


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The console."""
    made = create_app(settings)
    made.testing = True
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser nobody is signed in with."""
    return app.test_client()


@dataclass(frozen=True)
class SignIns:
    """Signs people in."""

    app: Flask
    people: People

    def __call__(self, name: str) -> FlaskClient:
        """A browser after that person sent the sign-in form, whatever came of it."""
        client = self.app.test_client()
        self.send(client, name, self.people.passwords[name])
        return client

    def send(self, client: FlaskClient, name: str, password: str, following: str = "") -> TestResponse:
        """Send the form and return the answer."""
        return client.post("/sign-in", data={"name": name, "password": password, "next": following})


@pytest.fixture
def signed_in(app: Flask, people: People) -> SignIns:
    """`signed_in("olga")` is a browser that Olga uses."""
    return SignIns(app, people)
