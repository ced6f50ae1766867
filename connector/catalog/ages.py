"""The age of what devices hold: when each kind was last confirmed with QuickBooks, in a document that replicates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from connector.couch import Database
from connector.errors import CouchError, DocumentConflict
from connector.records import time_text

AGES = "ages:quickbooks"
TRIES = 5

PRODUCTS = ("products", "prices", "stock")
CUSTOMERS = ("customers", "balances")
LISTS = ("tax_codes", "settings")
TERMS = ("terms",)


def confirm(database: Database, kinds: Iterable[str], at: datetime) -> None:
    """Note that what devices hold of some kinds was as QuickBooks had it at a moment; never goes back in time.

    Raises CouchError.
    """
    moment = time_text(at)
    for _ in range(TRIES):
        document = database.get(AGES) or {"_id": AGES, "type": "ages", "schema": 1}
        known = document.get("confirmed", {})
        news = {kind: moment for kind in kinds if known.get(kind, "") < moment}
        if not news:
            return
        try:
            database.put({**document, "confirmed": {**known, **news}})
        except DocumentConflict:
            continue
        return
    raise CouchError(f"{AGES} keeps being changed by somebody else")


def ages(database: Database) -> dict[str, str]:
    """When each kind was last confirmed; raises CouchError."""
    return dict((database.get(AGES) or {}).get("confirmed", {}))
