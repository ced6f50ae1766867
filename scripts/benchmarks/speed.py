"""`bench connector`: how soon an order at rest is posted, and how many a second go through, against a plain loop."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.follower import Follower
from benchmarks.progress import Progress, say
from benchmarks.report import Report, Table, couch_of
from benchmarks.scene import PATIENCE, Scene
from benchmarks.throughput import compare
from connector.errors import RoadbookError
from connector.identifiers import ulid_of

APART = 0.15  # seconds at least between two orders at rest: slower than the limit of 10 requests a second
DELAY = 0.2  # seconds that QuickBooks takes for a request, in the second comparison
ALLOWANCE = 60.0  # seconds after which QuickBooks' limit of 40 batches a minute begins anew
MANY = 300  # orders: two comparisons of more may together need over 40 batches
DOORBELL = (
    "Most of the latency at rest is CouchDB's doorbell: `_db_updates` gathers news for up to half a second before it "
    "rings, unless `max_write_delay` in `[global_changes]` says less."
)


@dataclass(frozen=True)
class Sizes:
    """Orders of each throughput run, orders the plain loop saves while QuickBooks is slow, orders one by one."""

    orders: int
    looped_slowly: int
    samples: int


def measure(directory: Path, sizes: Sizes, *, reps: int, wipe: bool) -> Report:
    """Run the benchmark: throughput without and with a delay at QuickBooks, then latency at rest."""
    say(f"starting the servers; {reps} reps")
    orders, samples = sizes.orders, sizes.samples
    with Scene(directory, reps=reps, wipe=wipe) as scene:
        couch = couch_of(scene.stage)
        quick = compare(scene, directory / "quick", orders, orders, 0)
        if orders > MANY:
            say("waiting a minute, so that the next comparison has QuickBooks' whole allowance of batches")
            threading.Event().wait(ALLOWANCE)
        slow = compare(scene, directory / "slow", orders, min(orders, sizes.looped_slowly), DELAY)
        connector = scene.stage.start_connector()
        latencies = at_rest(scene, samples)
        connector.stop()
        scene.check_estimates(2 * orders + samples + 1)
    p50, p99 = (percentile(latencies, share) * 1000 for share in (0.5, 0.99))
    milliseconds = f"{DELAY * 1000:.0f} ms"
    rows = [
        ("order written until its receipt says posted, at rest: p50", f"{p50:.0f} ms"),
        ("the same: p99", f"{p99:.0f} ms"),
        *quick.rows("QuickBooks on this machine"),
        *slow.rows(f"QuickBooks {milliseconds} away"),
    ]
    notes = [
        f"At rest: {samples} orders one after the other, {APART:g} s apart at least; each is written by a rep over "
        "HTTP and its receipt awaited in the rep's database.",
        f"Through the connector: {orders} orders of three lines lie in {reps} reps' databases when it starts; the "
        "time runs from its start until the last receipt. It checks every order, puts it on record before and after "
        "sending it and answers it, and keeps to QuickBooks' limits (10 requests a second, 40 batches a minute).",
        "The plain loop saves the same lines to a sandbox of its own, keeps nothing and repeats nothing.",
        f"QuickBooks {milliseconds} away: the sandbox waits that long before every request, a batch or a single one. "
        f"The plain loop saves {min(orders, sizes.looped_slowly)} orders then.",
    ]
    if scene.stage.couch is None:
        notes.insert(1, DOORBELL)
    result = {
        "latency_p50_ms": round(p50, 1),
        "latency_p99_ms": round(p99, 1),
        "orders_per_s": round(quick.connector, 1),
        "baseline_orders_per_s": round(quick.plain, 1),
        "ratio": round(quick.ratio, 2),
        "delayed_orders_per_s": round(slow.connector, 1),
        "delayed_baseline_orders_per_s": round(slow.plain, 1),
        "delayed_ratio": round(slow.ratio, 2),
    }
    parameters = {"orders": orders, "reps": reps, "samples": samples, "slow-loop": sizes.looped_slowly}
    return Report("connector", couch, parameters, Table(("", "measured"), rows), notes, result)


def at_rest(scene: Scene, samples: int) -> list[float]:
    """Seconds from writing an order until its receipt says posted, for so many orders one after the other."""
    rep = scene.reps[0]
    database = scene.databases[rep.rep]
    follower = Follower(database)
    progress = Progress("orders at rest", samples)
    pause = threading.Event()
    latencies: list[float] = []
    # The first order waits for the connector's start as well, so it does not count.
    for number in range(samples + 1):
        order = scene.order(number, rep)
        receipt = f"receipt:{ulid_of(order['_id'])}"
        written = time.monotonic()
        database.put(order)
        latencies.append(follower.wait_for([receipt], PATIENCE, "receipts") - written)
        found = database.get(receipt)
        if found is None or found["state"] != "posted":
            raise RoadbookError(f"{order['_id']} was not posted at once: {found}")
        if number:
            progress.add()
        pause.wait(APART - (time.monotonic() - written))
    return latencies[1:]


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
