"""Finds a product or a customer by a few letters, in copies that the console keeps of their names."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from connector.couch import CouchServer, Database
from connector.identifiers import CATALOG, CUSTOMERS

MOST = 20  # matches that are shown
PAGE = 2000  # documents read at once


@dataclass(frozen=True)
class Match:
    """Something that may be meant: its document's id, its name, and what tells it from others."""

    id: str
    name: str
    more: str


class Names:
    """The names in one database, read once and after that only where something changed."""

    def __init__(self, prefix: str, make: Callable[[dict[str, Any]], Match | None]) -> None:
        self._prefix = prefix
        self._make = make
        self._lock = threading.Lock()
        self._place: tuple[str, str, str] = ("", "", "0")
        self._known: dict[str, tuple[str, Match]] = {}

    def search(self, database: Database, words: str) -> list[Match]:
        """Those that have every word in their name or number, the shortest names first; raises CouchError."""
        with self._lock:
            self._catch_up(database)
            wanted = folded(words).split()
            found = [match for text, match in self._known.values() if all(word in text for word in wanted)]
        return sorted(found, key=lambda match: (len(match.name), match.name))[:MOST]

    def _catch_up(self, database: Database) -> None:
        born = str(database.info().get("instance_start_time", ""))
        if self._place[:2] != (database.server.url, born):
            self._known.clear()
            self._place = (database.server.url, born, "0")
        while True:
            page = database.call("GET", "_changes", since=self._place[2], limit=PAGE, include_docs="true")
            for change in page["results"]:
                self._take(change)
            self._place = (*self._place[:2], str(page["last_seq"]))
            if not page["results"]:
                return

    def _take(self, change: dict[str, Any]) -> None:
        key, document = str(change["id"]), change.get("doc") or {}
        if not key.startswith(self._prefix):
            return
        match = None if change.get("deleted") else self._make(document)
        if match is None:
            self._known.pop(key, None)
        else:
            self._known[key] = (folded(f"{match.name} {match.more}"), match)


def product(document: dict[str, Any]) -> Match | None:
    """A product that can be sold."""
    if not document.get("active") or document.get("kind") == "bundle":
        return None
    sku, price = document.get("sku"), document.get("unit_price")
    return Match(str(document["_id"]), str(document.get("name", "")), joined(sku, price))


def customer(document: dict[str, Any]) -> Match | None:
    """A customer that can be sold to."""
    if not document.get("active"):
        return None
    city = (document.get("address") or {}).get("city")
    return Match(str(document["_id"]), str(document.get("name", "")), joined(city, document.get("email")))


def joined(*parts: Any) -> str:
    """What there is of some texts, with commas."""
    return ", ".join(str(part) for part in parts if part)


def folded(text: str) -> str:
    """A text without case and accents, as it is searched for."""
    plain: Iterable[str] = (mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    return "".join(plain).casefold()


PRODUCTS = Names("product:", product)
CUSTOMER_NAMES = Names("customer:", customer)


def products_called(server: CouchServer, words: str) -> list[Match]:
    """The products that can be sold and have all of these words."""
    return PRODUCTS.search(server.database(CATALOG), words)


def customers_called(server: CouchServer, words: str) -> list[Match]:
    """The customers that can be sold to and have all of these words."""
    return CUSTOMER_NAMES.search(server.database(CUSTOMERS), words)
