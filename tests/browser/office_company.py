"""A company whose office is at work: a connector runs, a rep hands orders in, something is wrong with some of them."""

from __future__ import annotations

import secrets
from typing import Any, Self

from playwright.sync_api import BrowserContext, Page, Playwright

from connector.couch import CouchServer, Database
from connector.identifiers import CONNECTOR, orders_database
from connector.ledger import Ledger, Row
from connector.provisioning import Added
from journeys.quiet import wait_until
from local_servers.chromium import chromium_program
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.acceptance.ulids import new_ulid

PATIENCE = 60.0  # seconds
DESK = {"width": 1280, "height": 800}
HAND = {"width": 390, "height": 800}

Document = dict[str, Any]


class OfficeCompany:
    """What its tests do beside clicking: hand orders in as Bob's device, and be the office in QuickBooks."""

    def __init__(self, couch: CouchServer, bob: Added, roadbook: Roadbook, sandbox: Sandbox, **settings: str) -> None:
        """`settings` are the console's own."""
        self.couch = couch
        self.bob = bob
        self.sandbox = sandbox
        self.orders: Database = couch.database(orders_database(bob.rep))
        self.ledger = Ledger(couch.database(CONNECTOR))
        self.address = f"http://127.0.0.1:{roadbook.web(**settings).ready['port']}"

    def account(self, name: str, *roles: str) -> str:
        """Make somebody of the office; returns the password."""
        password = secrets.token_hex(8)
        account = {"_id": f"org.couchdb.user:{name}", "name": name, "type": "user", "roles": list(roles)}
        self.couch.database("_users").put({**account, "password": password})
        return password

    def order(self, *lines: Document, customer: str = "customer:1", name: str = "Café Ærø", **more: Any) -> Document:
        """An order of Bob's, not handed in yet."""
        total = f"{sum(float(line['amount']) for line in lines):.2f}"
        document = {"_id": f"order:{new_ulid()}", "type": "order", "schema": 1, "kind": "order", "rep": self.bob.rep}
        document |= {"device": "bobs-phone", "captured_at": "2026-11-24T09:15:00Z", "captured_on": "2026-11-24"}
        document |= {"customer": {"id": customer, "name": name}, "currency": "USD", "lines": list(lines)}
        return document | {"charges": [], "total": total} | more

    def hand_in(self, document: Document) -> str:
        """Have it on the server; returns its id."""
        self.orders.put(document)
        return str(document["_id"])

    def beside(self, document: Document, digit: str) -> None:
        """Put a version of a document beside others, as another device would have brought it."""
        revisions = {"start": 1, "ids": [digit * 32]}
        leaf = {**document, "_rev": f"1-{digit * 32}", "_revisions": revisions}
        assert self.orders.call("POST", "_bulk_docs", {"docs": [leaf], "new_edits": False}) == []

    def wait_for(self, order: str, *states: str) -> Row:
        """Wait until the connector has brought an order into one of the states."""
        found: list[Row] = []

        def there() -> bool:
            row = self.ledger.find(order)
            found[:] = [] if row is None else [row]
            return bool(found) and found[0].state in states and found[0].work is None

        wait_until(self.couch, there, PATIENCE, f"{order} is {' or '.join(states)}")
        return found[0]

    def estimates(self, order: str) -> list[Document]:
        """The estimates in QuickBooks that Roadbook made of an order."""
        ulid = order.removeprefix("order:")
        return [each for each in self.sandbox.control("GET", "estimates") if f" {ulid} " in each.get("PrivateNote", "")]


def line(product: str, name: str, amount: str = "10.00") -> Document:
    """One piece of something."""
    return {
        "product": product, "name": name, "quantity": "1", "unit_price": amount, "discount": "0", "amount": amount,
    }  # fmt: skip


class Desk:
    """Somebody's browser at the console; `scripts` is false for one that runs no JavaScript."""

    def __init__(self, playwright: Playwright, address: str, *, scripts: bool = True) -> None:
        self._browser = playwright.chromium.launch(executable_path=chromium_program(), args=["--no-sandbox"])
        self.context: BrowserContext = self._browser.new_context(java_script_enabled=scripts, viewport=DESK)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE * 1000)
        self.address = address
        self.page: Page = self.context.new_page()

    def sign_in(self, name: str, password: str) -> Self:
        """Come in by the form."""
        self.page.goto(f"{self.address}/sign-in?next=/orders")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("heading", name="Orders").wait_for()
        return self

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def close(self) -> None:
        """End the browser."""
        self._browser.close()
