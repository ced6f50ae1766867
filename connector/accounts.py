"""Accounts in CouchDB's `_users`: written so that the password they are given holds once the call has ended."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from connector.couch import CouchServer
from connector.errors import DocumentConflict, Forbidden, ProvisioningError
from connector.identifiers import account_id

AWAITED = (0.2, 1.0, 5.0)  # seconds until a password that was just set is tried again, and then written again


def write_account(
    server: CouchServer, name: str, password: str, roles: Sequence[str], current: Mapping[str, Any] | None
) -> None:
    """Create an account, or give the `current` one this password and these roles; ends once CouchDB takes the password.

    CouchDB keeps accounts in memory, drops one when it hears that it has changed, and may then keep for minutes what
    it had read just before; another change drops that. Raises ProvisioningError, CouchError.
    """
    account = {"_id": account_id(name), "name": name, "type": "user", "roles": list(roles), "password": password}
    _put(server, account, current)
    for pause in AWAITED:
        if signs_in(server, name, password):
            return
        time.sleep(pause)
        if signs_in(server, name, password):
            return
        _put(server, account, server.database("_users").get(account_id(name)))
    if not signs_in(server, name, password):
        raise ProvisioningError(f"CouchDB does not take the password of the account {name!r} yet; run this again")


def _put(server: CouchServer, account: Mapping[str, Any], current: Mapping[str, Any] | None) -> None:
    try:
        server.database("_users").put(dict(account) if current is None else {**account, "_rev": current["_rev"]})
    except DocumentConflict as error:
        name = account["name"]
        raise ProvisioningError(f"somebody else is changing the account {name!r} just now; run this again") from error


def signs_in(server: CouchServer, name: str, password: str) -> bool:
    """Whether CouchDB takes this password; raises CouchError."""
    try:
        CouchServer(server.url, name, password).call("GET", "_session")
    except Forbidden:
        return False
    return True
