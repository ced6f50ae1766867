"""`bench burst`: a burst of orders while the sandbox enforces QuickBooks' documented limits."""

from __future__ import annotations

import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.allowance import OF_BATCHES, OF_SINGLES, Limit, binding, least_seconds, used_while_binding
from benchmarks.progress import say
from benchmarks.report import Report, Table, couch_of
from benchmarks.scene import Scene
from benchmarks.sent_requests import requests_in
from local_servers import CHECKOUT, SCRIPTS
from local_servers.process import Child
from quickbooks_sandbox.batch import MOST_ITEMS

HEADINGS = (
    "burst",
    "took",
    "limits allow",
    "whole run",
    "while it bound",
    "limit that binds",
    "requests",
    "requests per order",
    "metered reads",
    "429s",
)
NOTES = (
    "limit_share in the JSON is the long burst's share while the limit bound: the way the connector works under load, "
    "at the limit it then lives under. Where no limit binds, it is the whole run's.",
    "Whole run: the least time in which QuickBooks' documented limits (10 requests a second, 500 a minute, 40 "
    "batches of 30 a minute) let this many orders through, from the first to the last request, over the time the "
    "connector took from its start until the last receipt: the share of the allowed rate reached over the whole run.",
    "While it bound: the same for the part in which the limit could hold the connector back. With n requests in a "
    "window, each request after the first n may leave one window after the n-th before it; the share is that window "
    "over the time it took.",
    "1,000 orders are 34 batches, fewer than a minute's 40: only the 10 requests a second stand in their way, that is "
    "300 orders a second, and a share below 1 is the machine's and the connector's own speed, not unused allowance. "
    "The longer burst and the one without batches last over several minutes' allowances: there the limits bind.",
    "Requests: those that carried orders. Requests per order: all of them, by the sandbox's own count, sign-in apart. "
    "Metered reads are what QuickBooks meters by the month (reads, queries, changes); writes are free. The goal is "
    "fewer than 5 for 1,000 orders.",
)


@dataclass(frozen=True)
class Sizes:
    """Orders of each burst; 0 leaves one out."""

    orders: int
    long: int
    single: int


@dataclass(frozen=True)
class Outcome:
    """What came of one burst."""

    name: str
    orders: int
    seconds: float
    allowed_seconds: float
    while_binding: float | None
    limit: Limit | None
    requests: int
    all_requests: int
    metered_reads: int
    http_429: int

    @property
    def requests_per_order(self) -> float:
        """All requests to the company over the orders."""
        return self.all_requests / self.orders

    @property
    def whole_run_share(self) -> float:
        """The least time the limits allow over the time taken."""
        return self.allowed_seconds / self.seconds

    def row(self) -> tuple[str, ...]:
        """The burst's row in the table."""
        bound = "-" if self.while_binding is None else f"{self.while_binding:.3f}"
        times = (f"{self.seconds:.1f} s", f"{self.allowed_seconds:.1f} s")
        return (
            self.name,
            *times,
            f"{self.whole_run_share:.3f}",
            bound,
            self.limit.name if self.limit else "none",
            str(self.requests),
            f"{self.requests_per_order:.3f}",
            str(self.metered_reads),
            str(self.http_429),
        )


def measure(directory: Path, sizes: Sizes, *, reps: int, wipe: bool) -> Report:
    """Run the benchmark: the burst itself, then a long one and one without batches, each on servers of its own."""
    outcomes: dict[str, Outcome] = {}
    couch = ""
    for key, orders in (("burst", sizes.orders), ("long", sizes.long), ("single", sizes.single)):
        if not orders:
            continue
        say(f"starting the servers for a burst of {orders} orders{' without batches' if key == 'single' else ''}")
        # What the burst before has left behind on a CouchDB of the user's is this run's own.
        with Scene(directory / key, reps=reps, limits="documented", wipe=wipe or bool(outcomes)) as scene:
            couch = couch_of(scene.stage)
            outcomes[key] = burst(scene, orders, batches=key != "single")
    main = outcomes["burst"]
    bound = outcomes["long"].while_binding if "long" in outcomes else None
    result: dict[str, float | int | None] = {
        "orders": main.orders,
        "limit_share": round(main.whole_run_share if bound is None else bound, 3),
        "http_429": sum(outcome.http_429 for outcome in outcomes.values()),
        "seconds": round(main.seconds, 1),
        "allowed_seconds": round(main.allowed_seconds, 1),
        "metered_reads": main.metered_reads,
        "requests_per_order": round(main.requests_per_order, 3),
    }
    for key, outcome in outcomes.items():
        bound = outcome.while_binding
        result[f"{key}_whole_run_share"] = round(outcome.whole_run_share, 3)
        result[f"{key}_limit_share_while_binding"] = None if bound is None else round(bound, 3)
        if key != "burst":
            result[f"{key}_orders"] = outcome.orders
            result[f"{key}_seconds"] = round(outcome.seconds, 1)
            result[f"{key}_metered_reads"] = outcome.metered_reads
            result[f"{key}_requests_per_order"] = round(outcome.requests_per_order, 3)
    parameters = {"orders": sizes.orders, "long-orders": sizes.long, "single-orders": sizes.single, "reps": reps}
    table = Table(HEADINGS, [outcome.row() for outcome in outcomes.values()])
    return Report("burst", couch, parameters, table, NOTES, result)


def burst(scene: Scene, orders: int, *, batches: bool) -> Outcome:
    """Hand in the orders, start the connector, wait for the last receipt."""
    sandbox = scene.stage.sandbox
    written = scene.hand_in(orders)
    # The requests that loaded the catalog are not the connector's: its company starts with windows that are empty.
    sandbox.restart()
    say("starting the connector")
    connector = scene.stage.start_connector() if batches else start_without_batches(scene)
    started = time.monotonic()
    seconds = scene.wait_for_receipts(written) - started
    connector.stop()
    scene.check_estimates(orders)
    resource, limits = ("batch", OF_BATCHES) if batches else ("estimate", OF_SINGLES)
    sent = [request.left for request in requests_in(connector.log) if request.resource == resource]
    least = math.ceil(orders / MOST_ITEMS) if batches else orders
    limit = binding(least, limits)
    state = sandbox.control("GET", "state")
    calls = {kind: int(count) for kind, count in state["calls"].items() if kind != "token"}
    return Outcome(
        name=f"{orders} orders {'in batches of 30' if batches else 'one by one'}",
        orders=orders,
        seconds=seconds,
        allowed_seconds=least_seconds(least, limits),
        while_binding=used_while_binding(sent, limit) if limit else None,
        limit=limit,
        requests=len(sent),
        all_requests=sum(calls.values()),
        metered_reads=calls.get("read", 0) + calls.get("query", 0),
        http_429=int(state["http_429"]),
    )


def start_without_batches(scene: Scene) -> Child:
    """Start a connector that sends every order in a request of its own."""
    path = os.pathsep.join((str(CHECKOUT), str(SCRIPTS)))
    return Child(
        "connector without batches",
        [sys.executable, "-m", "benchmarks.one_by_one"],
        log=scene.stage.directory / "one-by-one.log",
        environment={**os.environ, **scene.stage.roadbook.settings, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
        directory=CHECKOUT,
    )
