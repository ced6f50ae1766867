"""A guard's trial: every fixture written in a scratch database on the same server before a real one gets the guard."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from couchdb import Database, http

from connector.design.files import DesignDocument, Document, Fixture, read_fixtures, read_folder
from connector.design.server import connect, translated
from connector.errors import DesignError


def verify_guard(server_url: str, folder: Path) -> int:
    """Run a folder's guard in scratch databases on the server against all fixtures; returns how many writes it judged.

    CouchDB stores a guard that does not compile and then answers 500 to every write, so a guard is tried here first.
    Each set of roles gets a passing account. Raises DesignError naming the first fixture that went wrong.
    """
    guards = [document for document in read_folder(folder) if document.is_guard]
    if len(guards) != 1:
        raise DesignError(f"{folder}: there must be one guard, found {len(guards)}")
    fixtures = [fixture for fixture in read_fixtures(folder) if fixture.in_scratch]
    judged = 0
    with translated(f"trying the guard of {folder.name}"):
        server = connect(server_url)
        with _accounts(server, {fixture.roles for fixture in fixtures}) as accounts:
            for replicated in (False, True):
                with _scratch_database(server, guards[0], [name for name, _ in accounts.values()]) as store:
                    for fixture in fixtures:
                        if replicated in fixture.ways:
                            _judge(store, accounts[fixture.roles], fixture, replicated)
                            judged += 1
    return judged


@contextmanager
def _accounts(server: Any, role_sets: set[tuple[str, ...]]) -> Iterator[dict[tuple[str, ...], tuple[str, str]]]:
    """A passing account for each set of roles: (name, password). A server admin's fixtures run as the admin."""
    users = server["_users"]
    accounts: dict[tuple[str, ...], tuple[str, str]] = {}
    made: list[str] = []
    try:
        for roles in sorted(role_sets):
            name, password = f"scratch-{secrets.token_hex(8)}", secrets.token_urlsafe(16)
            if "_admin" in roles:
                accounts[roles] = server.resource.credentials
                continue
            made.append(f"org.couchdb.user:{name}")
            users.save({"_id": made[-1], "name": name, "password": password, "roles": list(roles), "type": "user"})
            accounts[roles] = (name, password)
        yield accounts
    finally:
        for document in filter(None, map(users.get, made)):
            users.delete(document)


@contextmanager
def _scratch_database(server: Any, guard: DesignDocument, members: list[str]) -> Iterator[Any]:
    name = f"scratch-{secrets.token_hex(8)}"
    server.resource.put_json(name, q=1)
    try:
        store = Database(server.resource(name), name)
        store.save({"_id": guard.id, **guard.content})
        security = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": members, "roles": []}}
        store.resource.put_json("_security", body=security)
        yield store
    finally:
        server.delete(name)


def _judge(store: Any, account: tuple[str, str], fixture: Fixture, replicated: bool) -> None:
    """Make one fixture's write; raises DesignError if it does not end as the fixture says."""
    body = dict(fixture.document)
    previous = store.save(dict(fixture.previous))[1] if fixture.previous is not None else None
    if previous is not None and "_rev" not in body:
        body["_rev"] = previous
    if replicated and "_revisions" not in body:
        known = [previous.partition("-")[2]] if previous else []
        body["_revisions"] = {"start": 1 + len(known), "ids": [secrets.token_hex(16), *known]}
        body["_rev"] = f"{1 + len(known)}-{body['_revisions']['ids'][0]}"
    try:
        refusal = _write(store.resource, account, body, replicated)
    except http.HTTPError as error:
        refusal = f"CouchDB's answer {error}"
    code = refusal and refusal.partition(":")[0]
    if code != fixture.refusal:
        way = f"{fixture.name}, {'replicated' if replicated else 'written'}"
        raise DesignError(f"wrong guard: {way}: wanted {fixture.refusal or 'allow'}, got {refusal or 'allow'}")


def _write(database: Any, account: tuple[str, str], body: Document, replicated: bool) -> str | None:
    """Write a document as somebody; returns the reason of a refusal, None if it was stored."""
    resource = database()
    resource.credentials = account
    if replicated:
        rows = resource.post_json("_bulk_docs", body={"docs": [body], "new_edits": False})[2]
        return next((str(row.get("reason", row["error"])) for row in rows if "error" in row), None)
    try:
        resource.put_json(body["_id"], body=body)
    except http.Forbidden as error:
        return str(error.args[0][1])
    return None
