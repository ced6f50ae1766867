"""Provisioning: databases with their guards and security, the connector's account, reps added and disabled.

Every step may be repeated, and none opens a database before its guard is in place, so that a command that was
interrupted anywhere is finished by running it again.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from connector import design
from connector.accounts import signs_in, write_account
from connector.couch import CouchServer
from connector.design import kind_of
from connector.errors import NotFound, ProvisioningError
from connector.identifiers import (
    AGES,
    CATALOG,
    CONNECTOR,
    CUSTOMERS,
    OPS,
    PICTURES,
    REP_ID,
    TERRITORY,
    account_id,
    customers_database,
    orders_database,
)
from connector.mailboxes import BadAddress, address_of
from connector.registry import ACCOUNT, Registry, Rep
from connector.rep_roles import bring_roles, roles_of
from connector.settings import Settings

SYSTEM_DATABASES = ("_users", "_replicator")
DOORBELL_DATABASE = "_global_changes"  # what CouchDB keeps its `_db_updates` feed in; nothing creates it by itself
OFTEN_WRITTEN = (CONNECTOR, OPS)  # leases, heartbeats and samples are written again and again, and replicated nowhere
REVISIONS = 100  # ids of older revisions kept of a document; with CouchDB's 1000 each such write takes 50 kB
SHORTEST_PASSWORD = 8  # characters; generated ones have 22

Document = dict[str, Any]
OnStep = Callable[[str], None]
log = structlog.get_logger()


@dataclass(frozen=True)
class Added:
    """A rep that is ready. `password` is None if the rep was there already; it is in no log and no repr."""

    rep: str
    account: str
    territory: str
    password: str | None = field(repr=False)


def install(server: CouchServer, settings: Settings) -> None:
    """Create what is missing of the system databases, the connector's account and its databases; safe to repeat.

    `server` is signed in as an admin. Raises ProvisioningError, DesignError, CouchError.
    """
    for name in SYSTEM_DATABASES:
        server.create_database(name)
    if not _has_doorbell(server):
        server.create_database(DOORBELL_DATABASE)
    for name in (CATALOG, CUSTOMERS, AGES, PICTURES, CONNECTOR, OPS):
        set_up_database(server, name)
    for name in OFTEN_WRITTEN:
        server.call("PUT", f"{name}/_revs_limit", REVISIONS)
    _set_up_connector_account(server, settings)


def set_up_database(server: CouchServer, name: str, on_step: OnStep = lambda step: None) -> None:
    """Create a database, closed to all but admins, put its design documents in, then open it to whom it is for."""
    kind = kind_of(name)
    server.create_database(name, kind.shards)
    on_step(f"{name} created")
    for change in design.bring_up(server.url_with_credentials, name, kind.folder):
        if change.action == "left alone":
            document = f"{name}/_design/{change.design}"
            log.warning("design.left_alone", document=document, reason=change.reason, look_with="roadbook design plan")
    on_step(f"{name} guarded")
    _secure(server, name, kind.security(name))
    on_step(f"{name} opened")


def _has_doorbell(server: CouchServer) -> bool:
    try:
        server.call("GET", "_db_updates", limit=1)
    except NotFound:
        return False
    return True


def _secure(server: CouchServer, name: str, security: Document) -> None:
    database = server.database(name)
    if database.security() != security:
        database.put_security(security)


def add_rep(
    server: CouchServer,
    name: str,
    territory: str,
    password: str | None = None,
    on_step: OnStep = lambda step: None,
    email: str = "",
    new_customers: bool = True,
) -> Added:
    """Make a rep with an account of that name; goes on where an interrupted run stopped and keeps its rep id.

    `server` is signed in as an admin; `on_step` hears of every step once it is done. Without a password one is made;
    one that was made by an interrupted run and never shown is replaced. `new_customers` false takes away the right to
    ask for new customers, also from a rep who is there already; true changes nothing there. Raises ProvisioningError if
    the name or the territory cannot be used, DesignError, CouchError.
    """
    _check_name(server, name, territory)
    _check_password(password)
    email = checked_email(email)
    registry = Registry(server.database(CONNECTOR))
    rep = _active(registry, name)
    if rep is not None:
        _check_resumable(rep, territory)
        if email and email != rep.email:
            rep = registry.give_email(rep, email)
        if rep.new_customers and not new_customers:
            rep = registry.allow_new_customers(rep, False)
        if rep.state == "ready":
            if not new_customers:
                bring_roles(server, rep)
            return Added(rep.rep, name, territory, None)
    else:
        if server.database("_users").get(account_id(name)) is not None:
            raise ProvisioningError(f"the account {name!r} exists and is not a rep's; choose another name")
        rep = registry.create(name, territory, email, new_customers)
    on_step("registered")
    set_up_database(server, orders_database(rep.rep), on_step)
    set_up_database(server, customers_database(territory), on_step)
    chosen = _give_account(server, rep, password)
    on_step("account made")
    registry.move(rep, "ready")
    on_step("ready")
    return Added(rep.rep, name, territory, chosen)


def reset_password(server: CouchServer, name: str, password: str | None = None) -> Added:
    """Give a rep who is ready another password, made if none is given; devices have to sign in again.

    Raises ProvisioningError if no such rep is ready, CouchError.
    """
    _check_password(password)
    rep = _active(Registry(server.database(CONNECTOR)), name)
    if rep is None or rep.state != "ready":
        raise ProvisioningError(f"no rep {name!r} is ready; `roadbook rep list` shows all")
    return Added(rep.rep, name, rep.territory, _give_account(server, rep, password))


def give_email(server: CouchServer, name: str, email: str) -> Rep:
    """Say where a rep's letters go, or that they go nowhere (empty).

    Raises ProvisioningError if there is no such rep or the address cannot be used, DocumentConflict, CouchError.
    """
    registry = Registry(server.database(CONNECTOR))
    rep = _active(registry, name)
    if rep is None:
        raise ProvisioningError(f"there is no rep {name!r}; `roadbook rep list` shows all")
    return registry.give_email(rep, checked_email(email))


def checked_email(email: str) -> str:
    """The address as letters go to it; empty stays empty. Raises ProvisioningError."""
    try:
        return address_of(email) if email.strip() else ""
    except BadAddress as error:
        raise ProvisioningError(str(error)) from None


def disable_rep(server: CouchServer, name_or_id: str, on_step: OnStep = lambda step: None) -> Rep:
    """Take away a rep's account and access; the data stays, and what arrived is still posted. Safe to repeat.

    Raises ProvisioningError if there is no such rep, CouchError.
    """
    registry = Registry(server.database(CONNECTOR))
    rep = registry.find(name_or_id) or _active(registry, name_or_id)
    if rep is None:
        former = registry.by_account(name_or_id)
        if not former:
            raise ProvisioningError(f"there is no rep {name_or_id!r}; `roadbook rep list` shows all")
        return former[-1]
    if rep.state == "disabled":
        return rep
    if rep.state != "disabling":
        rep = registry.move(rep, "disabling")
    on_step("registered")
    account = server.database("_users").get(account_id(rep.account))
    if account is not None and f"rep:{rep.rep}" in account.get("roles", []):
        server.database("_users").delete(account["_id"], account["_rev"])
    on_step("account deleted")
    orders = orders_database(rep.rep)
    security = kind_of(orders).security(orders)
    security["members"]["roles"] = [role for role in security["members"]["roles"] if role != f"rep:{rep.rep}"]
    with suppress(NotFound):  # a half-made rep may have no database yet
        _secure(server, orders, security)
    on_step(f"{orders} closed")
    rep = registry.move(rep, "disabled")
    on_step("disabled")
    return rep


def _check_name(server: CouchServer, name: str, territory: str) -> None:
    if not re.fullmatch(ACCOUNT, name) or name in ("admin", "connector", server.user) or REP_ID.fullmatch(name):
        raise ProvisioningError(
            f"{name!r} cannot be an account: 2 to 32 of a-z, 0-9, dot, underscore and hyphen, beginning with a letter, "
            "and not the name of an admin or of the connector"
        )
    if not TERRITORY.fullmatch(territory):
        raise ProvisioningError(f"{territory!r} cannot be a territory: 1 to 32 of a-z, 0-9 and hyphen, a letter first")


def _check_password(password: str | None) -> None:
    if password is not None and len(password) < SHORTEST_PASSWORD:
        raise ProvisioningError(f"the password needs at least {SHORTEST_PASSWORD} characters")


def _give_account(server: CouchServer, rep: Rep, password: str | None) -> str:
    """Create a rep's account or renew it; returns its password."""
    chosen = password or secrets.token_urlsafe(16)
    _set_account(server, rep.account, chosen, roles_of(rep), f"rep:{rep.rep}")
    return chosen


def _active(registry: Registry, account: str) -> Rep | None:
    """The rep who has an account of this name now: the one that is ready, else the one that was begun first."""
    try:
        found = [rep for rep in registry.by_account(account) if rep.state != "disabled"]
    except NotFound as error:
        raise ProvisioningError("the registry of reps is not there: run `roadbook install` first") from error
    return min(found, key=lambda rep: (rep.state != "ready", rep.created_at), default=None)


def _check_resumable(rep: Rep, territory: str) -> None:
    name = rep.account
    if rep.state == "disabling":
        raise ProvisioningError(
            f"{name} is being disabled: finish `roadbook rep disable {name}`, then add the rep anew"
        )
    if rep.territory != territory:
        state = "there already" if rep.state == "ready" else "half-made"
        raise ProvisioningError(
            f"{name} is {state} in territory {rep.territory}: "
            f"use --territory {rep.territory}, or run `roadbook rep disable {name}` first and add the rep anew"
        )


def _set_account(server: CouchServer, name: str, password: str, roles: list[str], own_role: str) -> None:
    """Create an account or set its password and roles; refuses to touch one that has not got the role `own_role`."""
    current = server.database("_users").get(account_id(name))
    if current is not None and own_role not in current.get("roles", []):
        raise ProvisioningError(f"the account {name!r} exists and is somebody else's; choose another name")
    write_account(server, name, password, roles, current)


def _set_up_connector_account(server: CouchServer, settings: Settings) -> None:
    name, password = settings.roadbook_couchdb_user, settings.roadbook_couchdb_password.get_secret_value()
    if name == server.user:
        raise ProvisioningError("ROADBOOK_COUCHDB_USER must not be the admin: the connector has an account of its own")
    current = server.database("_users").get(account_id(name))
    if current is not None and current.get("roles") == ["connector"] and signs_in(server, name, password):
        return  # writing the same password again would end the sessions of a running connector
    _set_account(server, name, password, ["connector"], "connector")
