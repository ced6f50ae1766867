"""Ids and numbers: how documents, databases, requests and estimates are named."""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import datetime

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
ULID = re.compile(r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
REP_ID = re.compile(r"^r[a-z2-7]{15}$")
TERRITORY = re.compile(r"^[a-z][a-z0-9-]{0,31}$")
ORDERS_DATABASE = re.compile(r"^orders-(r[a-z2-7]{15})$")

AGES = "ages"
CATALOG = "catalog"
CONNECTOR = "connector"
CUSTOMERS = "customers"  # the master copy; devices read `customers-<territory>`
OPS = "ops"
PICTURES = "pictures"

# A fixed namespace: changing it would give every order a new request id and so allow a second estimate.
REQUEST_NAMESPACE = uuid.UUID("6f7a0a52-8f3e-5c36-9d0a-3b1f6f0a7d11")


def new_rep_id() -> str:
    """An opaque rep id, safe in database names and never reused (75 random bits)."""
    return "r" + "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(15))


def new_ulid(moment: datetime) -> str:
    """A ULID of a moment: its milliseconds, then 80 random bits."""
    number = int(moment.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def orders_database(rep: str) -> str:
    """The database that is a rep's outbox and inbox."""
    return f"orders-{rep}"


def customers_database(territory: str) -> str:
    """The database with the customers of one territory."""
    return f"customers-{territory}"


def rep_of(database: str) -> str | None:
    """The rep id inside an orders database's name, or None for any other database."""
    match = ORDERS_DATABASE.fullmatch(database)
    return match.group(1) if match else None


def ulid_of(document_id: str) -> str | None:
    """The ULID of `order:<ulid>`, `custreq:<ulid>`, `receipt:<ulid>` and the like; None if there is none."""
    _, _, rest = document_id.partition(":")
    ulid = rest.split(":", 1)[0]
    return ulid if ULID.fullmatch(ulid) else None


def ledger_id(rep: str, ulid: str) -> str:
    """The ledger row of one document of one rep; the rep is in it because ULIDs are chosen by devices."""
    return f"ledger:{rep}:{ulid}"


def receipt_id(ulid: str) -> str:
    """The receipt that answers `order:<ulid>` or `custreq:<ulid>`."""
    return f"receipt:{ulid}"


def order_number(ulid: str) -> str:
    """The short number people read out, 13 characters: made on the device from the order's ULID."""
    return f"RB-{ulid[-10:]}"


def request_id(realm: str, rep: str, document_id: str, operation: str, content: str) -> str:
    """The idempotency key that QuickBooks sees: 32 hex characters, the same for the same posting for ever.

    Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/learn-basic-field-definitions
    """
    return uuid.uuid5(REQUEST_NAMESPACE, "\n".join((realm, rep, document_id, operation, content))).hex


def account_id(name: str) -> str:
    """The document id of an account in `_users`."""
    return f"org.couchdb.user:{name}"
