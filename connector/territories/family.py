"""Customers with their parents and sub-customers, read from the master."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from connector.couch import Database
from connector.territories.rules import MOST_LEVELS, ancestors_wanted

Document = dict[str, Any]
CUSTOMER = "customer:"
PAGE = 500  # changes in one request


def has_customers(master: Database) -> bool:
    """Whether there is any customer at all."""
    bounds = {"startkey": json.dumps(CUSTOMER), "endkey": json.dumps(CUSTOMER + "\ufff0")}
    return bool(master.call("GET", "_all_docs", limit=1, **bounds)["rows"])


def everybody(master: Database) -> dict[str, Document]:
    """Every customer, by id."""
    return {document["_id"]: document for document in master.starting_with(CUSTOMER)}


def everybody_at(master: Database) -> tuple[dict[str, Document], str]:
    """Every customer, by id, and the sequence of the changes feed as of which it said so.

    Both come from the same copies of the master's shards: what those do not know yet comes after that sequence.
    """
    found: dict[str, Document] = {}
    since, read, total = "0", 0, None
    while total is None or read < total:
        page = master.changes(since, PAGE)
        for row in page["results"]:
            found.pop(row["id"], None)
            document = row.get("doc")
            if row["id"].startswith(CUSTOMER) and document and not row.get("deleted"):
                document.pop("_conflicts", None)
                found[row["id"]] = document
        since = str(page["last_seq"])
        read += len(page["results"])
        total = read + int(page.get("pending") or 0) if total is None else total
        if not page["results"]:
            break
    return found, since


def with_descendants(master: Database, keys: Iterable[str]) -> set[str]:
    """The ids, and those of all customers below them."""
    found = set(keys)
    layer = sorted(found)
    for _ in range(MOST_LEVELS):
        if not layer:
            break
        rows = master.call("POST", "_design/family/_view/by_parent", {"keys": layer})["rows"]
        layer = sorted({str(row["id"]) for row in rows} - found)
        found.update(layer)
    return found


def with_ancestors(master: Database, keys: Iterable[str]) -> dict[str, Document]:
    """The customers with these ids that there are, and the parents above them."""
    found = master.fetch(sorted(keys))
    asked = set(keys)
    for _ in range(MOST_LEVELS):
        missing = ancestors_wanted(found) - asked
        if not missing:
            break
        asked |= missing
        found |= master.fetch(sorted(missing))
    return found
