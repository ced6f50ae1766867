"""Scratch databases and passing accounts on the very server that is meant, both gone afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from couchdb import Database, http

from connector.design.files import DesignDocument, Document

Roles = tuple[str, ...]
Account = tuple[str, str]  # name, password


@contextmanager
def accounts(server: Any, role_sets: Iterable[Roles]) -> Iterator[dict[Roles, Account]]:
    """A passing account for each set of roles. A server admin's roles are the admin's own account."""
    users = server["_users"]
    found: dict[Roles, Account] = {}
    made: list[str] = []
    try:
        for roles in sorted(set(role_sets)):
            name, password = f"scratch-{secrets.token_hex(8)}", secrets.token_urlsafe(16)
            if "_admin" in roles:
                found[roles] = server.resource.credentials
                continue
            made.append(f"org.couchdb.user:{name}")
            users.save({"_id": made[-1], "name": name, "password": password, "roles": list(roles), "type": "user"})
            found[roles] = (name, password)
        yield found
    finally:
        for document in filter(None, map(users.get, made)):
            users.delete(document)


@contextmanager
def database(server: Any, designs: Iterable[DesignDocument], members: Iterable[str]) -> Iterator[Any]:
    """A database with these design documents, open to these accounts."""
    name = f"scratch-{secrets.token_hex(8)}"
    server.resource.put_json(name, q=1)
    try:
        store = Database(server.resource(name), name)
        for design in designs:
            store.save({"_id": design.id, "autoupdate": False, **design.content})
        security = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": list(members), "roles": []}}
        store.resource.put_json("_security", body=security)
        yield store
    finally:
        with suppress(http.ResourceNotFound):
            server.delete(name)


def write(resource: Any, account: Account, body: Document, replicated: bool) -> str | None:
    """Write a document as somebody; returns the reason of a refusal, None if it was stored.

    `{unauthorized: text}` is told as "unauthorized: text": it is another thing to a device, which ends its sync.
    """
    own = resource()
    own.credentials = account
    if replicated:
        rows = own.post_json("_bulk_docs", body={"docs": [body], "new_edits": False})[2]
        return next((_reason(row["error"], row.get("reason", row["error"])) for row in rows if "error" in row), None)
    try:
        own.put_json(body["_id"], body=body)
    except http.Unauthorized as error:
        return _reason("unauthorized", error.args[0])
    except http.Forbidden as error:
        return _reason("forbidden", error.args[0][1])
    return None


def _reason(kind: str, text: Any) -> str:
    return f"unauthorized: {text}" if kind == "unauthorized" else str(text)
