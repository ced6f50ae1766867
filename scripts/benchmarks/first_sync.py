"""`bench first-sync`: a new device's first sync in Chromium, by snapshot and by plain PouchDB; then what follows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Playwright, sync_playwright

from benchmarks import catalogue
from benchmarks.first_sync_report import CHANGED, Cell, Sizes, report_of
from benchmarks.progress import Progress, say
from benchmarks.report import Report, couch_of
from benchmarks.tablet import Tablet
from connector.errors import RoadbookError
from connector.identifiers import CATALOG, customers_database
from connector.provisioning import Added
from connector.settings import split_credentials
from journeys.stage import Stage
from local_servers import app_build
from local_servers.nginx import Nginx

TERRITORY = "north"
BULK = 500  # documents in one write
PATIENCE = 120.0  # seconds for a snapshot to be built
SEARCHED = "arabica"
TYPED = ["a", "ar", "arab", "arabica b", "kg", "no-fi-16", "00017", "zzz"]
TUNED = {"batch_size": 2000, "checkpoint": "target"}


@dataclass(frozen=True)
class Device:
    """Where a cell gets its browser from."""

    playwright: Playwright
    proxy: Nginx
    rep: Added
    profiles: Path

    def fresh(self, name: str, *, slow: bool = False) -> Tablet:
        """A browser that has never been here."""
        return Tablet(self.playwright, self.proxy, self.rep, self.profiles / name, slow=slow)


def measure(directory: Path, sizes: Sizes, *, wipe: bool) -> Report:
    """Run the benchmark; raises RoadbookError when a cell ends with other documents than the server has."""
    say("building the app and starting the servers")
    app = app_build.build(directory / "app")
    with Stage(directory / "stage", wipe=wipe) as stage:
        couch = couch_of(stage)
        stage.add_territory(TERRITORY)
        rep = stage.add_rep("bob", TERRITORY)
        fill(stage, products=sizes.products, customers=sizes.customers)
        with proxy_of(stage, directory, app) as proxy, sync_playwright() as playwright:
            built = build_snapshots(proxy, rep)
            device = Device(playwright, proxy, rep, directory / "profiles")
            rounds = [one_round(stage, device, sizes, number) for number in range(sizes.rounds)]
    return report_of(couch, sizes, rounds, built)


def fill(stage: Stage, *, products: int, customers: int) -> None:
    """Write the documents, as the connector would."""
    kinds = {
        CATALOG: (catalogue.products(products), products),
        customers_database(TERRITORY): (catalogue.customers(customers), customers),
    }
    for name, (documents, count) in kinds.items():
        progress = Progress(f"documents in {name}", count)
        database = stage.admin.database(name)
        while part := list(islice(documents, BULK)):
            refused = [row for row in database.bulk(part) if "rev" not in row]
            if refused:
                raise RoadbookError(f"{refused[0]['id']} was refused: {refused[0].get('reason')}")
            progress.add(len(part))


def proxy_of(stage: Stage, directory: Path, app: Path) -> Nginx:
    """The console, started, and for it and CouchDB the reverse proxy of the compose file, which does not run yet."""
    console = stage.roadbook.web()
    address = split_credentials(stage.roadbook.settings["COUCHDB_URL"])[0].partition("://")[2]
    place = directory / "proxy"
    place.mkdir()
    return Nginx(place, address, f"127.0.0.1:{console.ready['port']}", app=app)


def build_snapshots(proxy: Nginx, rep: Added) -> dict[str, Any]:
    """Have both snapshots built before anything is measured; returns the manifests by database."""
    found = {}
    for name in (CATALOG, customers_database(TERRITORY)):
        until = time.monotonic() + PATIENCE
        while True:
            address = f"http://127.0.0.1:{proxy.port}/couch/{name}/_snapshot"
            answer = requests.get(address, auth=(rep.account, str(rep.password)), timeout=PATIENCE)
            if answer.status_code == 200:
                found[name] = answer.json()
                break
            if answer.status_code != 503 or time.monotonic() > until:
                raise RoadbookError(f"no snapshot of {name}: {answer.status_code} {answer.text[:200]}")
            time.sleep(float(answer.headers.get("Retry-After", "2")))
    return found


def one_round(stage: Stage, device: Device, sizes: Sizes, number: int) -> Cell:
    """Each way of a first sync once, beginning with another one in each round; then the two that follow."""
    names = (CATALOG, customers_database(TERRITORY))
    ways: dict[str, Callable[[Tablet], Cell]] = {
        "overlay": lambda tablet: tablet.run("overlaySync", *names, SEARCHED),
        "plain": lambda tablet: tablet.run("plainSync", *names, {}),
        "tuned": lambda tablet: tablet.run("plainSync", *names, TUNED),
    }
    cells = [(way, slow) for slow in (False, True) for way in ways]
    found: Cell = {}
    kept: dict[str, Tablet] = {}
    for way, slow in cells[number % len(cells) :] + cells[: number % len(cells)]:
        name = f"{way}{'_4g' if slow else ''}"
        load = os.getloadavg()[0]
        tablet = device.fresh(f"{number}-{name}", slow=slow)
        try:
            found[name] = ways[way](tablet) | {"load": load}
            expect_whole(stage, found[name], name)
            seconds = found[name]["ms"] / 1000
            say(f"round {number + 1} of {sizes.rounds}: {name} {seconds:.2f} s (load {load:.1f} before)")
            if not slow and way != "tuned":
                kept[way] = tablet
        finally:
            if kept.get(way) is not tablet:
                tablet.close()
    change(stage, number)
    for way, tablet in kept.items():
        found[f"{way}_changed"] = tablet.run("pull", way, CATALOG)
        found[f"{way}_nothing"] = tablet.run("pull", way, CATALOG)
        if found[f"{way}_changed"]["documents"] != CHANGED or found[f"{way}_nothing"]["documents"]:
            raise RoadbookError(f"{way}: not the {CHANGED} changed documents, but {found[f'{way}_changed']}")
    found["search_ms"] = kept["overlay"].searches(TYPED)
    for tablet in kept.values():
        tablet.close()
    return found


def expect_whole(stage: Stage, cell: Cell, name: str) -> None:
    """Raise RoadbookError unless a device has as many documents as the server, design documents apart."""
    counts = [stage.admin.database(each).info()["doc_count"] for each in (CATALOG, customers_database(TERRITORY))]
    design = 0 if name.startswith("overlay") else 2  # plain PouchDB brings both guards along
    if cell["documents"] != sum(counts) - 2 + design:
        raise RoadbookError(f"{name} ended with {cell['documents']} documents, the server has {sum(counts)}")
    if name.startswith("overlay") and (cell["by"] != ["snapshot"] * 2 or not cell["found"]):
        raise RoadbookError(f"{name} was not usable: {cell}")


def change(stage: Stage, number: int) -> None:
    """Change the stock of fifty products."""
    database = stage.admin.database(CATALOG)
    present = database.fetch(f"product:{place + 1}" for place in range(CHANGED))
    changed = [{**document, "on_hand": str(1000 + number)} for document in present.values()]
    if any("rev" not in row for row in database.bulk(changed)) or len(changed) != CHANGED:
        raise RoadbookError("the products could not be changed")
