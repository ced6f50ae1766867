"""`bench chaos`: hundreds of orders while everything goes wrong; in the end nothing is lost and nothing twice."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from benchmarks.progress import say
from benchmarks.report import Report, Table, couch_of
from benchmarks.scene import Scene
from chaos.documents import Shelf
from chaos.run import Outcome, Plan, run
from chaos.scenario import orders_in
from connector.identifiers import CATALOG

SETTINGS = {"roadbook_lease_seconds": "3", "roadbook_sweep_minutes": "0.1", "roadbook_log_level": "debug"}
SECONDS_AN_ORDER = 0.12  # on the average; devices bring many at once
NOTES = (
    "Every story of a rep and the office has one right ending, known before it begins; the seed chooses stories and "
    "misfortunes, the machine's own timing how they meet.",
    "Two connectors run side by side, with waits for QuickBooks that are twenty times shorter than in operation.",
    "Lost: a document without a receipt, an order without its estimate, a request without its customer. Twice: more "
    "than one of them, or an estimate that belongs to no order. Wrong: another state, status, total or line than it "
    "was to be.",
)


def measure(directory: Path, *, orders: int, seed: int, reps: int, wipe: bool) -> Report:
    """Run it once and report; the findings go to standard error."""
    say(f"seed {seed}")
    with Scene(directory, reps=reps, wipe=wipe, settings=SETTINGS) as scene:
        products = list(scene.stage.admin.database(CATALOG).starting_with("product:"))
        charges = [product for product in products if product["kind"] != "product"]
        shelf = Shelf(scene.products, charges, scene.customers)
        plan = Plan(seed, orders, 10 + orders * SECONDS_AN_ORDER)
        outcome = run(plan, scene.stage, scene.databases, shelf, directory / "connectors", say)
        couch = couch_of(scene.stage)
    for finding in outcome.findings:
        print(finding, file=sys.stderr)
    return report_of(outcome, couch, orders=orders, seed=seed, reps=reps)


def proved(report: Report) -> bool:
    """Whether a report proves what it is about; only one of chaos can fail to."""
    return report.name != "chaos" or report.result["reconcile_clean"] is True


def report_of(outcome: Outcome, couch: str, *, orders: int, seed: int, reps: int) -> Report:
    """The table, the JSON object, the notes."""
    kinds = Counter(finding.kind for finding in outcome.findings)
    result = {
        "orders": sum(orders_in(story) for story in outcome.stories),
        "lost": kinds["lost"],
        "twice": kinds["twice"],
        "reconcile_clean": not outcome.findings,
        "seed": seed,
        "wrong": kinds["wrong"],
        "documents": outcome.documents,
        "seconds": round(outcome.seconds, 1),
    }
    rows = [(what, str(count)) for what, count in outcome.trouble.items()]
    parameters = {"orders": orders, "seed": seed, "reps": reps}
    return Report("chaos", couch, parameters, Table(("what happened", "times"), rows), NOTES, result)
