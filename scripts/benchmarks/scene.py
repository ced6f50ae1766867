"""What a benchmark measures on: servers, a sandbox company with its catalog, and reps who have written orders."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.follower import Follower
from benchmarks.orders import order_of
from benchmarks.progress import Progress
from connector.catalog import Catalog
from connector.couch import CouchServer, Database
from connector.errors import RoadbookError
from connector.identifiers import CATALOG, customers_database, orders_database, ulid_of
from connector.provisioning import Added
from journeys.stage import Stage
from local_servers.quickbooks_sandbox import Limits

TERRITORY = "benchmark"
BULK = 100  # orders in one write
PATIENCE = 180.0  # seconds without a receipt after which a run has failed; a freeze after a 429 lasts 70
OPERATION = {"roadbook_lease_seconds": "30", "roadbook_log_format": "json"}  # as in operation; logs that can be read

Document = dict[str, Any]


class Scene:
    """A stage with reps. `orders` maps the ids of the orders handed in to the rep whose they are."""

    def __init__(
        self,
        directory: Path,
        *,
        reps: int,
        limits: Limits = "off",
        wipe: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.stage = Stage(directory, limits=limits, wipe=wipe, overrides={**OPERATION, **(settings or {})})
        try:
            connection = self.stage.connect_quickbooks()
            self.stage.add_territory(TERRITORY)
            self.reps = [self.stage.add_rep(f"rep-{number}", TERRITORY) for number in range(1, reps + 1)]
            Catalog(self.stage.settings, self.stage.server, connection.gateway).sync()
            connection.close()
            admin = self.stage.admin
            documents = admin.database(CATALOG).starting_with("product:")
            self.products = [product for product in documents if product["kind"] == "product"]
            self.customers = list(admin.database(customers_database(TERRITORY)).starting_with("customer:"))
        except BaseException:
            self.stage.__exit__(None, None, None)
            raise
        self.databases = {rep.rep: self._orders_database(rep) for rep in self.reps}

    def __enter__(self) -> Scene:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stage.__exit__(kind, error, trace)

    def order(self, number: int, rep: Added) -> Document:
        """The order with this number, as this rep's device would write it."""
        return order_of(number, rep.rep, self.products, self.customers)

    def hand_in(self, count: int) -> dict[str, list[Document]]:
        """Write so many orders, spread evenly over the reps, signed in as them; returns the orders by rep id."""
        progress = Progress("orders written", count)
        numbers = {rep.rep: range(place, count, len(self.reps)) for place, rep in enumerate(self.reps)}
        orders = {rep.rep: [self.order(number, rep) for number in numbers[rep.rep]] for rep in self.reps}
        for rep, documents in orders.items():
            for start in range(0, len(documents), BULK):
                refused = [row for row in self.databases[rep].bulk(documents[start : start + BULK]) if "rev" not in row]
                if refused:
                    raise RoadbookError(f"{refused[0]['id']} was refused: {refused[0].get('reason')}")
                progress.add(len(documents[start : start + BULK]))
        return orders

    def wait_for_receipts(self, orders: Mapping[str, list[Document]]) -> float:
        """Wait until every order has its receipt in its rep's database; returns the monotonic time of the last one.

        Raises RoadbookError when receipts stay away or one of them is not `posted`.
        """
        started = {rep: [f"receipt:{ulid_of(order['_id'])}" for order in group] for rep, group in orders.items()}
        progress = Progress("receipts", sum(len(group) for group in started.values()))

        def follow(rep: str) -> float:
            follower = Follower(self.databases[rep], since="0")
            return follower.wait_for(started[rep], PATIENCE, "receipts", progress.add)

        with ThreadPoolExecutor(len(started)) as pool:
            last = max(pool.map(follow, started), default=time.monotonic())
        for rep, receipts in started.items():
            for receipt in self.databases[rep].fetch(receipts).values():
                if receipt["state"] != "posted":
                    raise RoadbookError(f"{receipt['of']} is {receipt['state']}: {receipt.get('reason')}")
        return last

    def check_estimates(self, count: int) -> None:
        """Raise RoadbookError unless QuickBooks holds exactly so many estimates."""
        made = len(self.stage.sandbox.control("GET", "estimates"))
        if made != count:
            raise RoadbookError(f"{count} orders became {made} estimates")

    def _orders_database(self, rep: Added) -> Database:
        server = CouchServer(self.stage.admin.url, rep.account, str(rep.password))
        return server.database(orders_database(rep.rep))
