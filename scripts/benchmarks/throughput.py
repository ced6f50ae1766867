"""Orders a second through the connector, against a plain loop over the same orders."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import baseline
from benchmarks.progress import say
from benchmarks.scene import Scene
from local_servers.quickbooks_sandbox import Sandbox


@dataclass(frozen=True)
class Throughput:
    """Orders a second: through the connector, and by the plain loop."""

    connector: float
    plain: float

    @property
    def ratio(self) -> float:
        """How many times faster the connector is."""
        return self.connector / self.plain

    def rows(self, circumstances: str) -> list[tuple[str, str]]:
        """The rows of the table."""
        return [
            (f"through the connector, {circumstances}", f"{self.connector:.1f} orders/s"),
            (f"plain loop of python-quickbooks `Estimate.save()`, {circumstances}", f"{self.plain:.1f} orders/s"),
            (f"ratio, {circumstances}", f"{self.ratio:.2f}"),
        ]


def compare(scene: Scene, directory: Path, orders: int, looped: int, delay: float) -> Throughput:
    """Hand in orders, save the first `looped` of them by the plain loop, then start a connector and have it post all.

    `delay` is what QuickBooks takes longer for every request, in seconds. No connector runs before or after.
    """
    delayed = delaying(delay)
    before = len(scene.stage.sandbox.control("GET", "estimates"))
    written = scene.hand_in(orders)
    by_number = [order for group in written.values() for order in group]
    plain = baseline.orders_per_second(by_number[:looped], directory, delayed)
    say("starting the connector")
    delayed(scene.stage.sandbox)
    connector = scene.stage.start_connector()
    started = time.monotonic()
    seconds = scene.wait_for_receipts(written) - started
    connector.stop()
    scene.stage.sandbox.control("DELETE", "faults")
    scene.check_estimates(before + orders)
    return Throughput(orders / seconds, plain)


def delaying(seconds: float) -> Callable[[Sandbox], None]:
    """What makes a sandbox take so much longer for every request from now on; nothing for 0 seconds."""

    def delay(sandbox: Sandbox) -> None:
        if seconds:
            sandbox.control("POST", "faults", {"kind": "latency", "seconds": seconds, "count": 1_000_000})

    return delay
