"""A running Roadbook with one rep, and what tests ask of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from connector.couch import CouchServer, Database
from connector.identifiers import CONNECTOR, ledger_id, orders_database, ulid_of
from connector.ledger import Ledger, Row, answer_key
from connector.servers import admin_server
from connector.settings import read_settings
from journeys.quiet import wait_until, wait_until_read
from local_servers import CHECKOUT, SCRIPTS
from local_servers.process import Child
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Rep, Roadbook
from tests.acceptance.ulids import new_ulid

PATIENCE = 120  # seconds; only a failure takes this long
PROGRAMS = Path(__file__).parent / "programs"


class Company:
    """One company with Bob as its rep. Orders are written as Bob's device would, receipts read as it would."""

    def __init__(self, roadbook: Roadbook, sandbox: Sandbox, bob: Rep) -> None:
        self.roadbook = roadbook
        self.sandbox = sandbox
        self.bob = bob
        settings = read_settings(roadbook.settings)
        self.admin: CouchServer = admin_server(settings)
        self.device = CouchServer(self.admin.url, bob.account, bob.password)
        self.orders: Database = self.device.database(orders_database(bob.rep))
        self.ledger = Ledger(self.admin.database(CONNECTOR))

    def order(self, **changes: Any) -> dict[str, Any]:
        """An order of Bob's that nothing is wrong with, unless `changes` say otherwise."""
        line = {
            "product": "product:1",
            "name": "Arabica beans, 1 kg",
            "quantity": "3",
            "unit_price": "18.40",
            "discount": "0.05",
            "amount": "52.44",
        }
        document = {
            "_id": f"order:{new_ulid()}",
            "type": "order",
            "schema": 1,
            "kind": "order",
            "rep": self.bob.rep,
            "device": "bobs-phone",
            "captured_at": "2026-11-20T09:15:00Z",
            "captured_on": "2026-11-20",
            "customer": {"id": "customer:1", "name": "Café Ærø"},
            "currency": "USD",
            "lines": [line],
            "charges": [],
            "total": "52.44",
        }
        return document | changes

    def hand_in(self, count: int = 1, **changes: Any) -> list[str]:
        """Write orders as Bob's device does after a sync; returns their ids."""
        orders = [self.order(**changes) for _ in range(count)]
        answers = self.orders.bulk(orders)
        assert all("rev" in answer for answer in answers), answers
        return [str(order["_id"]) for order in orders]

    def change(self, order: str, number: int = 1, **changes: Any) -> str:
        """Write an amendment of an order as Bob's device does; by default to one unit more. Returns its id."""
        line = self.order()["lines"][0] | {"quantity": "4", "amount": "69.92"}
        document = {
            "_id": f"amend:{ulid_of(order)}:{number}",
            "type": "amendment",
            "schema": 1,
            "order": order,
            "number": number,
            "rep": self.bob.rep,
            "device": "bobs-phone",
            "captured_at": "2026-11-20T10:15:00Z",
            "lines": [line],
            "charges": [],
            "total": "69.92",
        }
        self.orders.put(document | changes)
        return str(document["_id"])

    def cancel(self, order: str, reason: str = "The customer changed his mind") -> str:
        """Write the cancellation of an order as Bob's device does; returns its id."""
        document = {
            "_id": f"cancel:{ulid_of(order)}",
            "type": "cancellation",
            "schema": 1,
            "order": order,
            "rep": self.bob.rep,
            "device": "bobs-phone",
            "captured_at": "2026-11-20T11:15:00Z",
            "reason": reason,
        }
        self.orders.put(document)
        return document["_id"]

    def ask(self, name: str) -> str:
        """Write the request for a new customer as Bob's device does; returns its id."""
        document = {
            "_id": f"custreq:{new_ulid()}",
            "type": "customer_request",
            "schema": 1,
            "rep": self.bob.rep,
            "device": "bobs-phone",
            "captured_at": "2026-11-20T09:15:00Z",
            "name": name,
        }
        self.orders.put(document)
        return str(document["_id"])

    def office(self, estimate: str, entity: str = "Estimate", **change: Any) -> None:
        """Somebody in the office does something to an estimate in QuickBooks."""
        self.sandbox.control("POST", "office", {"entity": entity, "id": estimate, **change})

    def connector(self, **overrides: str) -> Child:
        """Start an ordinary connector."""
        return self.roadbook.connector(**overrides)

    def program(self, name: str, *arguments: str, **overrides: str) -> subprocess.Popen[bytes]:
        """Start one of the connectors in programs/ that something is wrong with."""
        environment = {
            **os.environ,
            **self.roadbook.settings,
            **{key.upper(): value for key, value in overrides.items()},
        }
        environment |= {"PYTHONPATH": f"{CHECKOUT}:{SCRIPTS}", "PYTHONUNBUFFERED": "1"}
        log = self.roadbook.directory / f"{name}-{'-'.join(arguments)}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, str(PROGRAMS / f"{name}.py"), *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
            )

    def wait_for(self, orders: Sequence[str], *states: str, seconds: float = PATIENCE) -> dict[str, dict[str, Any]]:
        """Wait until each order has a receipt in one of the states (by default posted); receipts by order."""
        wanted = states or ("posted",)
        ids = {order: f"receipt:{answer_key(order)}" for order in orders}
        receipts: dict[str, dict[str, Any]] = {}

        def all_there() -> bool:
            found = self.orders.fetch(ids.values())
            receipts.update({order: found[receipt] for order, receipt in ids.items() if receipt in found})
            return all(order in receipts and receipts[order]["state"] in wanted for order in ids)

        wait_until(self.admin, all_there, seconds, f"{len(ids)} receipts are {' or '.join(wanted)}")
        return receipts

    def wait_until_sent(self, order: str, seconds: float = PATIENCE) -> None:
        """Wait until an order's request is on record, that is until right before it leaves."""

        def sent() -> bool:
            row = self.row(order)
            return row is not None and row.sent_at is not None

        wait_until(self.admin, sent, seconds, f"{order} is sent")

    def logs(self) -> list[dict[str, Any]]:
        """Every JSON line that the connectors of this company have logged."""
        return [line for log in sorted(self.roadbook.directory.glob("run-*.log")) for line in read_log(log)]

    def wait_until_quiet(self, seconds: float = PATIENCE) -> None:
        """Wait until everything is read and nothing is left to do."""
        wait_until_read(self.admin, [self.bob.rep], seconds)

    def row(self, document: str) -> Row | None:
        """The ledger's row of a document."""
        row_id = ledger_id(self.bob.rep, answer_key(document))
        return self.ledger.read([row_id]).get(row_id)

    def estimates(self, order: str) -> list[dict[str, Any]]:
        """The estimates in QuickBooks that were made from an order."""
        ulid = ulid_of(order)
        return [each for each in self.sandbox.control("GET", "estimates") if f" {ulid} " in each.get("PrivateNote", "")]

    def assert_exactly_one(self, orders: Sequence[str]) -> None:
        """Each order is exactly one estimate with its total, and its receipt says which."""
        receipts = self.orders.fetch(f"receipt:{ulid_of(order)}" for order in orders)
        by_ulid: dict[str, list[dict[str, Any]]] = {}
        for estimate in self.sandbox.control("GET", "estimates"):
            by_ulid.setdefault(estimate["PrivateNote"].split()[2], []).append(estimate)
        for order in orders:
            found = by_ulid.get(str(ulid_of(order)), [])
            receipt = receipts.get(f"receipt:{ulid_of(order)}")
            assert len(found) == 1, f"{order}: {len(found)} estimates"
            assert receipt is not None, f"{order}: no receipt"
            assert receipt["state"] == "posted", receipt
            assert receipt["estimate"]["id"] == found[0]["Id"]
            assert found[0]["TxnStatus"] == "Accepted"

    def fault(self, kind: str, count: int = 1, **fields: Any) -> None:
        """Have the next matching requests to QuickBooks go wrong."""
        self.sandbox.control("POST", "faults", {"kind": kind, "count": count, **fields})


def killed(process: subprocess.Popen[bytes], seconds: float = PATIENCE) -> bool:
    """Wait until a process has ended; whether kill -9 ended it."""
    return process.wait(seconds) == -signal.SIGKILL


def read_log(path: Path) -> list[dict[str, Any]]:
    """The JSON lines of a log."""
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]
