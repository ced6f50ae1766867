"""The console on a CouchDB with Roadbook's databases, and the people who try to use it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from connector.couch import Database
from connector.errors import NotFound
from connector.identifiers import CONNECTOR, OPS, orders_database
from connector.provisioning import install, set_up_database
from connector.servers import admin_server
from connector.settings import Settings, read_settings, split_credentials
from tests.conftest import wipe
from tests.connector.samples import REP
from tests.web.ledger_rows import OnRecord
from web import create_app

ROLES: Mapping[str, list[str]] = {
    "alice": ["admin"],
    "olga": ["ops"],
    "bob": ["rep", "rep:rbbbbbbbbbbbbbbb", "territory:north"],
    "nobody": [],
}


MARK = "mark:installation"


class Installation:
    """Roadbook's databases and accounts: made once, emptied for each test, made anew when a test has damaged them."""

    def __init__(self, url: str) -> None:
        self.environment = {
            "COUCHDB_URL": url,
            "ROADBOOK_COUCHDB_PASSWORD": secrets.token_hex(12),
            "ROADBOOK_SECRET_KEYS": Fernet.generate_key().decode(),
            "ROADBOOK_SESSION_KEY": secrets.token_hex(32),
            "ROADBOOK_WEB_PORT": "0",
        }
        self.settings = read_settings(self.environment)
        self.server = admin_server(self.settings)
        self.database = self.server.database(CONNECTOR)
        self.passwords = {name: secrets.token_hex(8) for name in ROLES}
        self.passwords[self.server.user] = split_credentials(url)[2]
        self._nonce = secrets.token_hex(8)

    def renew(self) -> None:
        """Bring it to its first state."""
        if not self._is_intact():
            wipe(self.server)
            install(self.server, self.settings)
            for name, roles in ROLES.items():
                self.add_account(name, roles)
            self.database.put({"_id": MARK, "nonce": self._nonce})
            return
        for database in (self.database, self.server.database(OPS)):
            rows = database.call("GET", "_all_docs")["rows"]
            left = [row for row in rows if row["id"] != MARK and not row["id"].startswith("_design/")]
            database.bulk([{"_id": row["id"], "_rev": row["value"]["rev"], "_deleted": True} for row in left])

    def add_account(self, name: str, roles: list[str]) -> str:
        """Make an account and return its password."""
        password = self.passwords.setdefault(name, secrets.token_hex(8))
        account = {"_id": f"org.couchdb.user:{name}", "name": name, "type": "user", "roles": roles}
        self.server.database("_users").put({**account, "password": password})
        return password

    def spoil(self) -> None:
        """Have the next test begin with everything made anew."""
        mark = self.database.get(MARK)
        assert mark is not None
        self.database.delete(MARK, mark["_rev"])

    def _is_intact(self) -> bool:
        try:
            mark = self.database.get(MARK)
        except NotFound:
            return False
        return mark is not None and mark["nonce"] == self._nonce


@pytest.fixture(scope="session")
def installation(couch_url: str) -> Installation:
    """What all tests of the console share; the console never talks to QuickBooks, so there is no company."""
    return Installation(couch_url)


@pytest.fixture
def environment(installation: Installation) -> dict[str, str]:
    """The console's settings as environment variables."""
    return installation.environment


@pytest.fixture
def settings(installation: Installation) -> Settings:
    """The same settings, read and checked."""
    return installation.settings


@pytest.fixture
def ledger(installation: Installation) -> OnRecord:
    """The ledger of a fresh installation."""
    installation.renew()
    return OnRecord(installation.database)


@dataclass(frozen=True)
class People:
    """Accounts on CouchDB: Alice is an admin, Olga of the office, Bob a rep, Nobody has no role."""

    installation: Installation

    @property
    def passwords(self) -> Mapping[str, str]:
        """Each one's password."""
        return self.installation.passwords

    def newcomer(self) -> str:
        """Somebody of the office who never tried to sign in before: CouchDB counts wrong passwords by name."""
        name = f"dora-{secrets.token_hex(4)}"
        self.installation.add_account(name, ["ops"])
        return name

    def change(self, name: str, roles: list[str]) -> None:
        """Give an account other roles."""
        users = self.installation.server.database("_users")
        account = users.get(f"org.couchdb.user:{name}")
        assert account is not None
        users.put({**account, "roles": roles})
        self.installation.spoil()

    def remove(self, name: str) -> None:
        """Delete an account."""
        users = self.installation.server.database("_users")
        account = users.get(f"org.couchdb.user:{name}")
        assert account is not None
        users.delete(account["_id"], account["_rev"])
        self.installation.spoil()


@pytest.fixture
def people(installation: Installation, ledger: OnRecord) -> People:
    """The people who try to use it."""
    return People(installation)


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


@pytest.fixture
def orders(installation: Installation, ledger: OnRecord) -> Iterator[Database]:
    """The database of the rep of the sample rows, without anything in it."""
    name = orders_database(REP)
    if name in installation.server.call("GET", "_all_dbs"):
        installation.server.delete_database(name)
    set_up_database(installation.server, name)
    yield installation.server.database(name)
    installation.server.delete_database(name)
