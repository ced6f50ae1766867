"""Runs one benchmark: `python -m benchmarks NAME`, a name of `benchmarks.report.NAMES`."""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks import (
    app_report,
    burst,
    catalog,
    chaos,
    console,
    design,
    first_sync_report,
    idle,
    price_shapes,
    snapshot,
    speed,
)
from benchmarks.report import Report, keep
from connector.errors import RoadbookError
from connector.logs import set_up_logs
from local_servers import CHECKOUT
from local_servers.process import ProcessError

DOCUMENT = CHECKOUT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, print table and JSON object, keep the section of the docs; exit 1 if that fails or proves nothing."""
    options = parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    set_up_logs("console", "warning")
    try:
        with tempfile.TemporaryDirectory(prefix="roadbook-bench-") as directory:
            report = measured(options, Path(directory))
    except (RoadbookError, ProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    keep(report, options.docs)
    print(report.as_text())
    print(json.dumps(dict(report.result)))
    if not chaos.proved(report):
        sys.exit(1)


def measured(options: argparse.Namespace, directory: Path) -> Report:
    """Run the benchmark that the options name."""
    if options.name == "connector":
        of_speed = speed.Sizes(options.orders, options.slow_loop, options.samples)
        return speed.measure(directory, of_speed, reps=options.reps, wipe=options.wipe)
    if options.name == "burst":
        of_burst = burst.Sizes(options.orders, options.long_orders, options.single_orders)
        return burst.measure(directory, of_burst, reps=options.reps, wipe=options.wipe)
    if options.name == "snapshot":
        of_snapshot = snapshot.Sizes(options.products, options.customers, options.devices)
        return snapshot.measure(directory, of_snapshot, wipe=options.wipe)
    if options.name == "chaos":
        seed = secrets.randbelow(10**6) if options.seed is None else options.seed
        return chaos.measure(
            options.keep or directory, orders=options.orders, seed=seed, reps=options.reps, wipe=options.wipe
        )
    if options.name == "prices":
        return price_shapes.measure(directory, products=options.products, lists=options.lists, sample=options.sample)
    if options.name == "design":
        return design.measure(directory, design.Sizes(options.documents, options.databases), wipe=options.wipe)
    if options.name == "console":
        sizes = console.Sizes(options.reps, options.orders, options.samples)
        return console.measure(directory, sizes, wipe=options.wipe)
    if options.name == "catalog":
        return catalog.measure(directory, items=options.items, customers=options.customers, wipe=options.wipe)
    if options.name == "first-sync":
        from benchmarks import first_sync  # Playwright is there after ./scripts/setup --tests only

        of_devices = first_sync_report.Sizes(options.products, options.customers, options.rounds)
        return first_sync.measure(directory, of_devices, wipe=options.wipe)
    if options.name == "app":
        from benchmarks import app  # Playwright, too

        of_app = app_report.Sizes(options.products, options.customers, options.orders, options.rounds)
        return app.measure(directory, of_app, wipe=options.wipe)
    return idle.measure(directory, databases=options.databases, seconds=options.seconds, wipe=options.wipe)


def parser() -> argparse.ArgumentParser:
    """The options of all benchmarks."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--wipe", action="store_true", help="delete a Roadbook that COUCHDB_URL holds")
    common.add_argument("--docs", type=Path, default=DOCUMENT, help="the file to keep (default docs/benchmarks.md)")
    top = argparse.ArgumentParser(
        prog="bench", description="Measures Roadbook on this machine; see docs/benchmarks.md."
    )
    names = top.add_subparsers(dest="name", required=True, metavar="NAME")
    connector = names.add_parser("connector", parents=[common], help="latency at rest, throughput against a plain loop")
    connector.add_argument("--orders", type=positive, default=600, help="orders of each throughput run (default 600)")
    connector.add_argument("--slow-loop", type=positive, default=100, help="saved by the slow loop (default 100)")
    connector.add_argument("--reps", type=positive, default=6, help="reps the orders are spread over (default 6)")
    connector.add_argument("--samples", type=positive, default=100, help="orders for the latency (default 100)")
    of_burst = names.add_parser(
        "burst", parents=[common], help="a burst of orders while QuickBooks enforces its limits"
    )
    of_burst.add_argument("--orders", type=positive, default=1000, help="orders of the burst (default 1000)")
    of_burst.add_argument(
        "--long-orders", type=natural, default=3600, help="a burst that lasts; 0: none (default 3600)"
    )
    of_burst.add_argument("--single-orders", type=natural, default=1000, help="without batches; 0: none (default 1000)")
    of_burst.add_argument("--reps", type=positive, default=6, help="reps the orders are spread over (default 6)")
    of_idle = names.add_parser("idle", parents=[common], help="memory and processor time with many databases")
    of_idle.add_argument("--databases", type=positive, default=1000, help="reps' databases (default 1000)")
    of_idle.add_argument("--seconds", type=float, default=60.0, help="seconds without news (default 60)")
    of_snapshot = names.add_parser("snapshot", parents=[common], help="what new devices cost the server")
    of_snapshot.add_argument("--products", type=positive, default=18000, help="in the catalog (default 18000)")
    of_snapshot.add_argument("--customers", type=positive, default=5000, help="in the territory (default 5000)")
    of_snapshot.add_argument("--devices", type=positive, default=20, help="new devices by snapshot (default 20)")
    of_catalog = names.add_parser("catalog", parents=[common], help="what it costs to keep products and customers true")
    of_catalog.add_argument("--items", type=positive, default=10_000, help="products (default 10000)")
    of_catalog.add_argument("--customers", type=positive, default=5000, help="customers (default 5000)")
    of_chaos = names.add_parser("chaos", parents=[common], help="everything goes wrong; exit 1 if an order is harmed")
    of_chaos.add_argument("--orders", type=positive, default=500, help="orders and quotes (default 500)")
    of_chaos.add_argument("--seed", type=natural, help="the chance to repeat; by default another one each time")
    of_chaos.add_argument("--keep", type=Path, help="a folder for databases and logs, which is not deleted")
    of_chaos.add_argument("--reps", type=positive, default=6, help="reps the orders are spread over (default 6)")
    of_prices = names.add_parser("prices", parents=[common], help="shapes of documents for price lists")
    of_prices.add_argument("--products", type=positive, default=5000, help="products of each list (default 5000)")
    of_prices.add_argument("--lists", type=positive, default=64, help="price lists (default 64)")
    of_prices.add_argument("--sample", type=positive, default=8, help="lists with a document a price (default 8)")
    of_design = names.add_parser("design", parents=[common], help="deploying views and guards while they are in use")
    of_design.add_argument("--documents", type=positive, default=60_000, help="documents to index (default 60000)")
    of_design.add_argument("--databases", type=positive, default=1000, help="reps' databases (default 1000)")
    of_devices = names.add_parser("first-sync", parents=[common], help="a new device's first sync, in Chromium")
    of_devices.add_argument("--products", type=positive, default=18000, help="products (default 18000)")
    of_devices.add_argument("--customers", type=positive, default=5000, help="customers (default 5000)")
    of_devices.add_argument("--rounds", type=positive, default=3, help="times each cell is run (default 3)")
    of_console = names.add_parser("console", parents=[common], help="the console's pages with many reps and orders")
    of_console.add_argument("--reps", type=positive, help="reps (default 1000, on the embedded server 60)")
    of_console.add_argument("--orders", type=positive, help="orders (default 100000, on the embedded server 1500)")
    of_console.add_argument("--samples", type=positive, default=40, help="times each page is asked for (default 40)")
    of_app = names.add_parser("app", parents=[common], help="what a rep waits for, in Chromium on a slow phone")
    of_app.add_argument("--products", type=positive, default=18000, help="products (default 18000)")
    of_app.add_argument("--customers", type=positive, default=5000, help="customers (default 5000)")
    of_app.add_argument("--orders", type=positive, default=100, help="orders of the larger upload (default 100)")
    of_app.add_argument("--rounds", type=positive, default=3, help="times everything is done (default 3)")
    return top


def positive(text: str) -> int:
    """A whole number from 1; raises ValueError."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def natural(text: str) -> int:
    """A whole number from 0; raises ValueError."""
    if int(text) < 0:
        raise ValueError(text)
    return int(text)


if __name__ == "__main__":
    main()
