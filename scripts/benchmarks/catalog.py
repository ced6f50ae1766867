"""`bench catalog`: what it costs to keep the copies of products and customers true."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.progress import say
from benchmarks.report import Report, Table, couch_of
from connector.catalog import Catalog, Synced
from connector.errors import RoadbookError
from connector.identifiers import CATALOG, CUSTOMERS, customers_database
from journeys.stage import Stage

TERRITORY = "benchmark"
CHANGED = 50  # products


@dataclass(frozen=True)
class Run:
    """One run of the synchronisation: how long, how many metered reads, how many documents it wrote."""

    name: str
    seconds: float
    reads: int
    written: int
    moved: bool  # whether any database that devices read is another one than before


def measure(directory: Path, *, items: int, customers: int, wipe: bool) -> Report:
    """Run the benchmark on a company with so many items and customers more than the sample has."""
    say("starting the servers")
    with Stage(directory, wipe=wipe) as stage:
        couch = couch_of(stage)
        stage.add_rep("rep", TERRITORY)
        connection = stage.connect_quickbooks()
        say(f"making {items} items and {customers} customers")
        stage.sandbox.control("POST", "grow", {"Item": items, "Customer": customers})
        stage.sandbox.control("POST", "clock", {"ahead": 600})  # the sample is no news any more
        work = Catalog(stage.settings, stage.server, connection.gateway)
        runs = [
            timed(stage, "the first one: everything", work.sync),
            timed(stage, "nothing changed", work.sync),
            timed(stage, "everything again, nothing changed", lambda: work.sync(full=True)),
        ]
        change(stage)
        runs.append(timed(stage, f"{CHANGED} prices changed", work.sync))
        connection.close()
    idle = runs[1]
    if idle.written or idle.moved or runs[2].written or runs[2].moved:
        raise RoadbookError("a run that found nothing new has written something")
    rows = [(run.name, f"{run.seconds:.1f} s", str(run.reads), str(run.written)) for run in runs]
    result = {
        "items": items,
        "customers": customers,
        "first_seconds": round(runs[0].seconds, 1),
        "first_reads": runs[0].reads,
        "nothing_new_seconds": round(idle.seconds, 2),
        "nothing_new_reads": idle.reads,
        "nothing_new_writes": idle.written,
        "full_nothing_new_seconds": round(runs[2].seconds, 1),
        "full_nothing_new_reads": runs[2].reads,
        "changed_reads": runs[3].reads,
        "changed_writes": runs[3].written,
    }
    notes = [
        "Reads are metered ones, as the sandbox QuickBooks counts them; it answers at once. Written are documents.",
        "Where nothing changed, no database that devices replicate has another sequence than before.",
    ]
    table = Table(("run", "took", "metered reads", "documents written"), rows)
    return Report("catalog", couch, {"items": items, "customers": customers}, table, notes, result)


def timed(stage: Stage, name: str, run: Callable[[], Synced]) -> Run:
    """One run with what it cost."""
    before, reads, started = sequences(stage), metered(stage), time.monotonic()
    synced = run()
    took = time.monotonic() - started
    if synced.problem or synced.skipped:
        raise RoadbookError(f"{name}: {synced.problem or f'{synced.skipped} skipped'}")
    say(f"{name}: {took:.1f} s")
    return Run(name, took, metered(stage) - reads, synced.written, sequences(stage) != before)


def sequences(stage: Stage) -> list[str]:
    """Where the databases are that devices get copies of."""
    names = (CATALOG, CUSTOMERS, customers_database(TERRITORY))
    return [str(stage.admin.database(name).info()["update_seq"]) for name in names]


def metered(stage: Stage) -> int:
    """How many metered reads the company has answered."""
    return int(stage.sandbox.control("GET", "state")["metered_reads"])


def change(stage: Stage) -> None:
    """The office changes some prices."""
    products = [
        document
        for document in stage.admin.database(CATALOG).starting_with("product:")
        if str(document["name"]).startswith("Grown")
    ]
    for document in products[:CHANGED]:
        wish = {"entity": "Item", "id": document["quickbooks_id"], "changes": {"UnitPrice": "77.77"}}
        stage.sandbox.control("POST", "office", wish)
