"""Snapshots and deltas are for whom the database itself is for, asked anew with every request."""

from __future__ import annotations

from base64 import b64encode

import pytest
import requests
from flask import Flask

from connector.couch import CouchServer, Database
from connector.settings import Settings
from tests.web.conftest import People
from tests.web.replication.conftest import NORTH, SOUTH, Asking
from web import create_app

PATHS = ["_snapshot", "_snapshot/HASH", "_delta?since=0"]
# Bob is a rep of territory north; Alice has the role admin and Olga the role ops of the console, not CouchDB's.
RIGHTS = {
    ("bob", "catalog"): 200,
    ("bob", NORTH): 200,
    ("bob", SOUTH): 403,
    ("nobody", "catalog"): 403,
    ("nobody", NORTH): 403,
    (None, "catalog"): 401,
    (None, SOUTH): 401,
    ("SERVER ADMIN", "catalog"): 200,
    ("SERVER ADMIN", SOUTH): 200,
}


def path_of(ask: Asking, database: str, path: str) -> str:
    """The path with the hash of the snapshot that is really there."""
    admin = ask.people.installation.server.user
    return f"{database}/{path.replace('HASH', ask.manifest(admin, database)['hash'])}"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("name", "database"), RIGHTS)
def test_it_gives_what_the_database_would_give(ask: Asking, name: str | None, database: str, path: str) -> None:
    if name == "SERVER ADMIN":
        name = ask.people.installation.server.user
    answer = ask(name, path_of(ask, database, path))
    assert answer.status_code == RIGHTS[(name if name in (None, "bob", "nobody") else "SERVER ADMIN", database)]
    if answer.status_code != 200:
        assert set(answer.json or {}) == {"error", "reason"}
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["alice", "olga"])
def test_people_of_the_office_get_what_couchdb_gives_them(
    ask: Asking, databases: CouchServer, name: str, path: str
) -> None:
    expected = ask.people.installation.server.database(NORTH).security()["members"]["roles"]
    allowed = any(role in expected for role in {"alice": ["admin"], "olga": ["ops"]}[name])
    assert ask(name, path_of(ask, NORTH, path)).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("database", ["connector", "ops", "orders-rbbbbbbbbbbbbbbb", "_users", "customers-North", "x"])
def test_other_databases_have_none(ask: Asking, database: str, path: str) -> None:
    assert ask(ask.people.installation.server.user, f"{database}/{path}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_the_consoles_own_session_opens_nothing(app: Flask, ask: Asking, path: str) -> None:
    client = app.test_client()
    form = {"name": "alice", "password": ask.people.passwords["alice"]}
    assert client.post("/sign-in", data=form).status_code == 303
    assert client.get(f"/couch/{path_of(ask, 'catalog', path)}").status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_a_rep_whose_role_was_taken_away_gets_nothing_more(ask: Asking, people: People, path: str) -> None:
    place = path_of(ask, NORTH, path)
    assert ask("bob", place).status_code == 200
    people.change("bob", ["rep"])
    assert ask("bob", place).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_a_deleted_account_gets_nothing_more(ask: Asking, people: People, path: str) -> None:
    place = path_of(ask, NORTH, path)
    assert ask("bob", place).status_code == 200
    people.remove("bob")
    assert ask("bob", place).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_it_says_when_couchdb_is_away(settings: Settings, path: str) -> None:
    away = settings.model_copy(update={"couchdb_url": "http://admin:secret@127.0.0.1:9"})
    answer = create_app(away).test_client().get(f"/couch/catalog/{path}")
    assert (answer.status_code, answer.json) == (
        503,
        {"error": "unreachable", "reason": "CouchDB does not answer; try again later"},
    )
    assert answer.headers["Retry-After"] == "10"


@pytest.mark.parametrize("path", PATHS)
def test_couchdbs_session_cookie_opens_it_until_it_ends(
    app: Flask, ask: Asking, people: People, settings: Settings, path: str
) -> None:
    place = f"/couch/{path_of(ask, NORTH, path)}"
    form = {"name": "bob", "password": people.passwords["bob"]}
    signed_in = requests.post(f"{settings.couchdb_address}/_session", json=form, timeout=20)
    headers = {"Cookie": f"roadbook=x; AuthSession={signed_in.cookies['AuthSession']}"}
    client = app.test_client(use_cookies=False)
    assert client.get(place, headers=headers, buffered=True).status_code == 200
    users = people.installation.server.database("_users")
    account = users.get("org.couchdb.user:bob")
    assert account is not None
    users.put({**account, "password": "another"})
    people.installation.spoil()
    assert client.get(place, headers=headers).status_code == 401


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [{"Authorization": "Basic x"}, {"Cookie": "AuthSession=x"}, {"Authorization": "x"}])
def test_credentials_that_are_none_are_refused(ask: Asking, headers: dict[str, str], path: str) -> None:
    assert ask(None, path_of(ask, NORTH, path), headers).status_code in (400, 401)


@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_password_is_refused(ask: Asking, people: People, path: str) -> None:
    place = path_of(ask, NORTH, path)
    name = people.newcomer()
    wrong = b64encode(f"{name}:wrong".encode()).decode()
    assert ask(None, place, {"Authorization": f"Basic {wrong}"}).status_code == 401


def test_no_caller_inherits_anything_of_another(ask: Asking, catalog: Database) -> None:
    assert ask("bob", "catalog/_snapshot").status_code == 200
    assert ask(None, "catalog/_snapshot").status_code == 401
