"""What a browser test has in front of it: the origin, and the server behind it as its admin."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import requests

from connector.couch import CouchServer, Database
from connector.provisioning import Added
from local_servers.nginx import Nginx
from local_servers.process import Child

CATALOG = "catalog"
TERRITORY = "customers-north"

Document = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """The proxy in front, CouchDB as its admin, the console's process, a rep, the admin's name and password."""

    proxy: Nginx
    couch: CouchServer
    console: Child
    rep: Added
    admin: tuple[str, str]

    @property
    def origin(self) -> str:
        """http://127.0.0.1:port"""
        return f"http://127.0.0.1:{self.proxy.port}"

    @property
    def catalog(self) -> Database:
        """The catalog as the admin sees it."""
        return self.couch.database(CATALOG)

    def write(self, documents: list[Document], database: str = CATALOG) -> list[str]:
        """Write documents; returns their revisions."""
        answers = self.couch.database(database).bulk(documents)
        assert all("rev" in answer for answer in answers), answers
        return [answer["rev"] for answer in answers]

    def wait_for_snapshot(self, documents: int, database: str = CATALOG, seconds: float = 60) -> None:
        """Wait until the console hands out a snapshot of so many documents: it looks for changes every few seconds."""
        until, count = time.monotonic() + seconds, None
        account = (self.rep.account, self.rep.password or "")
        while time.monotonic() < until:
            answer = requests.get(f"{self.origin}/couch/{database}/_snapshot", auth=account, timeout=30)
            count = answer.json().get("count")
            if count == documents:
                return
            time.sleep(0.2)
        raise AssertionError(f"the snapshot of {database} holds {count} documents, not {documents}")

    def conflict(self, document: Document, database: str = CATALOG) -> None:
        """Put a leaf beside the others, as another replica would have brought it."""
        body = {"docs": [document], "new_edits": False}
        assert self.couch.database(database).call("POST", "_bulk_docs", body) == []


def product(number: int, **fields: object) -> Document:
    """A product in the shape that the connector writes."""
    return {
        "_id": f"product:{number}",
        "type": "product",
        "schema": 1,
        "quickbooks_id": str(number),
        "name": f"Product {number:05}",
        "sku": f"SKU-{number:05}",
        "kind": "product",
        "unit_price": f"{number % 90 + 10}.50",
        "active": number % 10 != 0,
        "taxable": True,
        "tax_code": "TAX",
        "on_hand": str(number % 7),
        **fields,
    }
