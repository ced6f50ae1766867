"""`bench idle`: memory and processor time of a connector that has many databases and no news."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.follower import Follower
from benchmarks.progress import Progress, say
from benchmarks.report import Report, Table, couch_of
from benchmarks.scene import PATIENCE, TERRITORY, Scene
from benchmarks.usage import Usage, usage_of
from connector.identifiers import CONNECTOR, orders_database
from connector.provisioning import add_rep
from journeys.stage import Stage
from local_servers.process import Child

THREADS = 4  # that make reps
SETTLE = 5.0  # seconds between the last database read and the start of the measurement


def measure(directory: Path, *, databases: int, seconds: float, wipe: bool) -> Report:
    """Run the benchmark: so many reps' databases, and a connector left alone for so many seconds."""
    say("starting the servers")
    with Scene(directory, reps=0, wipe=wipe) as scene:
        stage = scene.stage
        couch = couch_of(stage)
        names = provide(stage, databases)
        say("starting the connector")
        connector = stage.start_connector()
        started = time.monotonic()
        first_sweep = read_all(stage, names) - started
        before, after = watch(stage, connector, seconds)
        connector.stop()
    own = percent(before, after, "connector")
    rows = [
        ("databases of reps", str(databases)),
        ("start until every database was read once", f"{first_sweep:.1f} s"),
        ("connector: resident memory", f"{after['connector'].megabytes:.0f} MB"),
        ("connector: share of one core", f"{own:.2f} %"),
    ]
    result: dict[str, float | int] = {
        "databases": databases,
        "rss_mb": round(after["connector"].megabytes, 1),
        "cpu_percent": round(own, 2),
        "seconds": seconds,
        "first_sweep_seconds": round(first_sweep, 1),
    }
    if "couch" in after:
        theirs = percent(before, after, "couch")
        rows.append(("embedded CouchDB server: resident memory", f"{after['couch'].megabytes:.0f} MB"))
        rows.append(("embedded CouchDB server: share of one core", f"{theirs:.2f} %"))
        result |= {"couch_rss_mb": round(after["couch"].megabytes, 1), "couch_cpu_percent": round(theirs, 2)}
    notes = [
        f"Measured over {seconds:g} s without news, beginning {SETTLE:g} s after every database had been read once."
    ]
    parameters = {"databases": databases, "seconds": f"{seconds:g}"}
    return Report("idle", couch, parameters, Table(("", "measured"), rows), notes, result)


def provide(stage: Stage, count: int) -> list[str]:
    """Make so many reps, a few at a time; returns their databases."""
    progress = Progress("reps made", count)

    def provide_one(number: int) -> str:
        added = add_rep(stage.admin, f"rep-{number}", TERRITORY)
        progress.add()
        return orders_database(added.rep)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(provide_one, range(1, count + 1)))


def read_all(stage: Stage, databases: list[str]) -> float:
    """Wait until the connector has a checkpoint for every database; returns the monotonic time of the last one."""
    progress = Progress("databases read", len(databases))
    follower = Follower(stage.admin.database(CONNECTOR), since="0")
    wanted = [f"checkpoint:{name}" for name in databases]
    return follower.wait_for(wanted, PATIENCE, "checkpoints", progress.add)


def watch(stage: Stage, connector: Child, seconds: float) -> tuple[dict[str, Usage], dict[str, Usage]]:
    """What the connector, and the CouchDB server if it is ours, use before and after some seconds of rest."""
    processes = {"connector": connector.pid}
    if stage.couch is not None:
        processes["couch"] = stage.couch.pid
    time.sleep(min(SETTLE, seconds))
    before = {name: usage_of(pid) for name, pid in processes.items()}
    whole = max(1, round(seconds))
    progress = Progress("seconds at rest", whole)
    for _ in range(whole):
        time.sleep(seconds / whole)
        progress.add()
    return before, {name: usage_of(pid) for name, pid in processes.items()}


def percent(before: dict[str, Usage], after: dict[str, Usage], name: str) -> float:
    """The share of one core that a process used in between, in percent."""
    return after[name].percent_since(before[name])
