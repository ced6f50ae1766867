"""`bench app`: what a rep waits for, in Chromium on a slow phone before the real stack."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.app_phone import AppPhone
from benchmarks.app_report import Found, Sizes, report_of
from benchmarks.first_sync import TERRITORY, build_snapshots, fill, proxy_of
from benchmarks.progress import say
from benchmarks.report import Report, couch_of
from connector.couch import CouchServer
from connector.errors import RoadbookError
from connector.identifiers import orders_database
from connector.provisioning import Added
from journeys.stage import Stage
from local_servers import app_build

TYPED = ("arabica beans", "no-fi-0", "12 pcs", "kettle, 1 l", "sumatra")
LINEAR = ("a", "arab", "arabica beans", "no-fi-0", "kettle, 1 l", "zzz")
TRIAL = "/app/trial.html"
STATIC = re.compile(r"""(?:import|from)\s*["']\./([^"']+\.js)["']""")
WORKER = re.compile(r"""["'`](?:/app/)?assets/(worker-[^"'`]+\.js)["'`]""")


@dataclass(frozen=True)
class Customer:
    """Whom the orders are for, and what."""

    name: str
    product: str


def measure(directory: Path, sizes: Sizes, *, wipe: bool) -> Report:
    """Run the benchmark; raises RoadbookError when the server does not have exactly the orders that were taken."""
    say("building the app and starting the servers")
    shell = shell_bytes(app_build.build(directory / "shell", "production"))
    app = app_build.build(directory / "app")
    with Stage(directory / "stage", wipe=wipe) as stage:
        couch = couch_of(stage)
        stage.add_territory(TERRITORY)
        rep = stage.add_rep("bob", TERRITORY)
        fill(stage, products=sizes.products, customers=sizes.customers)
        proxy = proxy_of(stage, directory, app)
        with sync_playwright() as playwright:
            phone = AppPhone(playwright, f"http://127.0.0.1:{proxy.port}", directory / "profile")
            with proxy:
                build_snapshots(proxy, rep)
                found = with_servers(stage, phone, rep, sizes)
            say("the servers are stopped: cold starts")
            for _ in range(sizes.rounds):
                found.boots.append(phone.start("/app/#/catalogue").first_list())
                phone.close()
    return report_of(couch, sizes, found, shell)


def with_servers(stage: Stage, phone: AppPhone, rep: Added, sizes: Sizes) -> Found:
    """Everything that needs the servers now or afterwards."""
    phone.start().sign_in(rep)
    found = Found(held_back=phone.held_back())
    say(
        "the first sync is done; throttled, page and worker are {:.1f} and {:.1f} times slower".format(*found.held_back)
    )
    phone.page.goto(f"{phone.page.url.partition('#')[0]}#/catalogue")
    phone.page.locator(".list .product").first.wait_for()
    for _ in range(sizes.rounds):
        for text in TYPED:
            found.keystrokes += phone.type(text)
    say(f"{len(found.keystrokes)} keystrokes")
    identity = phone.identity()
    customer = known(stage)
    taken = 0
    for _ in range(sizes.rounds):
        phone.network(offline=True)
        found.saves.append(phone.take_order(customer.name, customer.product))
        found.uploads_of_1.append(phone.upload())
        phone.is_up_to_date()
        taken += 1
    phone.close()
    for number in range(sizes.rounds):
        phone.start(TRIAL)
        phone.trial("takeOrders", identity, sizes.orders)
        taken += sizes.orders
        phone.close()
        phone.start(offline=True)
        phone.page.get_by_text(f"{sizes.orders} unsent").first.wait_for()
        found.uploads_of_many.append(phone.upload())
        phone.is_up_to_date()
        phone.close()
        expect_orders(stage.admin, rep, taken)
        say(f"round {number + 1} of {sizes.rounds}: {sizes.orders} orders in {found.uploads_of_many[-1][0]:.0f} ms")
    phone.start(TRIAL)
    found.one_by_one = phone.trial("putOneByOne", identity, sizes.orders)
    found.linear = phone.trial("linear", identity, list(LINEAR))
    phone.close()
    return found


def known(stage: Stage) -> Customer:
    """A customer and an active product that the territory has."""
    customers = stage.admin.database(f"customers-{TERRITORY}").starting_with("customer:")
    products = stage.admin.database("catalog").starting_with("product:")
    product = next(each for each in products if each["active"] and each["kind"] == "product")
    return Customer(next(iter(customers))["name"], product["name"])


def expect_orders(admin: CouchServer, rep: Added, count: int) -> None:
    """Raise RoadbookError unless the rep's database has so many orders."""
    stored = sum(1 for _ in admin.database(orders_database(rep.rep)).starting_with("order:"))
    if stored != count:
        raise RoadbookError(f"the server has {stored} orders, not {count}")


def shell_bytes(app: Path) -> int:
    """Bytes, in gzip, of the JavaScript that the app needs to open: what its page loads, and the replica's worker."""
    page = (app / "index.html").read_text(encoding="utf-8")
    waiting = re.findall(r'(?:src|href)="/app/assets/([^"]+\.js)"', page)
    scripts: dict[str, Any] = {}
    while waiting:
        name = waiting.pop()
        if name in scripts:
            continue
        text = (app / "assets" / name).read_text(encoding="utf-8")
        scripts[name] = len(gzip.compress(text.encode(), 9))
        waiting += [*STATIC.findall(text), *WORKER.findall(text)]
    if not any(name.startswith("worker-") for name in scripts):
        raise RoadbookError("the built app names no worker: shell_bytes has to be told where it is")
    return sum(scripts.values())
