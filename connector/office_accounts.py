"""Accounts of the people who use the console: in CouchDB's `_users`, with a role of the office and no role of a rep."""

from __future__ import annotations

import re
import secrets
from typing import Any

from connector.accounts import write_account
from connector.couch import CouchServer
from connector.errors import ProvisioningError
from connector.identifiers import account_id
from connector.provisioning import SHORTEST_PASSWORD
from connector.registry import ACCOUNT

ROLES = ("ops", "admin")


def add_office_account(server: CouchServer, name: str, role: str, password: str | None = None) -> str:
    """Make an account of the office, or give one that is there this role and another password; returns the password.

    `server` is signed in as an admin. Sessions of the account end. Raises ProvisioningError, CouchError.
    """
    if not re.fullmatch(ACCOUNT, name) or name in ("admin", "connector", server.user):
        raise ProvisioningError(
            f"{name!r} cannot be an account: 2 to 32 of a-z, 0-9, dot, underscore and hyphen, a letter first"
        )
    if role not in ROLES:
        raise ProvisioningError(f"{role!r} is no role of the office: {' or '.join(ROLES)}")
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise ProvisioningError(f"the password needs at least {SHORTEST_PASSWORD} characters")
    current = _office_account(server, name)
    chosen = password or secrets.token_urlsafe(16)
    write_account(server, name, chosen, [role], current)
    return chosen


def remove_office_account(server: CouchServer, name: str) -> None:
    """Delete an account of the office; its sessions end within a minute. Raises ProvisioningError, CouchError."""
    current = _office_account(server, name)
    if current is None:
        raise ProvisioningError(f"there is no account {name!r}; `roadbook office list` shows all")
    server.database("_users").delete(current["_id"], current["_rev"])


def office_accounts(server: CouchServer) -> list[tuple[str, str]]:
    """(name, role) of everybody who may use the console, by name; CouchDB's own admins are not listed there."""
    found = []
    for account in server.database("_users").starting_with("org.couchdb.user:"):
        roles = [role for role in ROLES if role in account.get("roles", [])]
        if roles:
            found.append((str(account.get("name")), roles[-1]))
    return sorted(found)


def _office_account(server: CouchServer, name: str) -> dict[str, Any] | None:
    """The account as it is; raises ProvisioningError where it is somebody else's, such as a rep's."""
    current = server.database("_users").get(account_id(name))
    if current is not None and not set(current.get("roles", [])) & set(ROLES):
        raise ProvisioningError(f"the account {name!r} exists and is not of the office; choose another name")
    return current
