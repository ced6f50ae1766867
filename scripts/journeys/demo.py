"""The demo: a rep's day without a network, hop by hop, until the device shows the estimate number."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from connector.catalog import Catalog
from connector.errors import RoadbookError
from connector.logs import set_up_logs
from journeys.orders_file import SAMPLE_ORDERS, capture_fields, read_orders
from journeys.stage import Stage
from local_servers.device import Device, DeviceError
from local_servers.process import ProcessError

TERRITORY = "harbour"
RECEIPTS_WITHIN = 60  # seconds

Captured = dict[str, Any]


class Journal:
    """Prints each hop with the time since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """One hop."""
        print(f"  {time.monotonic() - self._started:6.2f} s  {text}", flush=True)


def main() -> None:
    """Play the rep, then stay up; with --once leave after the journey."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop after the journey; exit 0 if every hop worked")
    parser.add_argument("--orders", type=Path, help="take the orders of this JSON file instead (see docs/demo.md)")
    parser.add_argument("--wipe", action="store_true", help="delete a Roadbook that COUCHDB_URL holds")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    set_up_logs("console", "warning")
    try:
        orders = read_orders(options.orders) if options.orders else SAMPLE_ORDERS
        with tempfile.TemporaryDirectory(prefix="roadbook-demo-") as directory:
            perform(orders, Path(directory), once=options.once, wipe=options.wipe)
    except (RoadbookError, ProcessError, DeviceError) as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped.")


def perform(orders: list[dict[str, Any]], directory: Path, *, once: bool, wipe: bool) -> None:
    """Start everything, play the journey, and stay up unless it is for once."""
    journal = Journal()
    print("\nRoadbook: an order taken without a network becomes exactly one QuickBooks estimate\n")
    with Stage(directory, wipe=wipe) as stage:
        journal.say(f"started {stage.couch_name} and a sandbox QuickBooks, both on this machine only")
        connection = stage.connect_quickbooks()
        bob = stage.add_rep("bob", TERRITORY)
        synced = Catalog(stage.settings, stage.server, connection.gateway).sync()
        connection.close()
        journal.say(f"the sandbox company is connected; {synced.seen} products and customers went to the server")
        stage.start_connector()
        port = 8000 if stage.is_free(8000) else stage.free_port()
        callback = f"http://127.0.0.1:{port}/quickbooks/callback"
        console = stage.roadbook.web(quickbooks_redirect_uri=callback)
        door = stage.open_front_door(console, port)
        journal.say("the connector and the console are running; Bob has an account")
        phone = stage.give_device(bob, "bobs-phone")
        captured = play(phone, orders, journal)
        check(stage, captured, journal)
        print("\nEvery hop worked: nothing lost, nothing twice.\n")
        if once:
            return
        password = stage.add_console_account("alice", "admin")
        print("Look around (everything is gone when you stop it):")
        print(f"  Bob's app     {door}/app/   bob / {bob.password}")
        print(f"  console       {door}/   alice / {password}")
        print(f"  CouchDB       {stage.admin.url}/   a rep's client signs in as bob / {bob.password}")
        print(f"  Bob's orders  {stage.admin.url}/orders-{bob.rep}/_all_docs?include_docs=true")
        print(f"  QuickBooks    {stage.sandbox.url}/_control/estimates")
        print("\nPress Ctrl-C to stop.", flush=True)
        threading.Event().wait()


def play(phone: Device, orders: list[dict[str, Any]], journal: Journal) -> list[Captured]:
    """The rep's day: first sync, no network, orders, a dead battery, network again, receipts."""
    counts = phone.call("first_sync")
    journal.say(f"Bob's phone: first sync, {sum(counts.values())} documents")
    products = phone.call("docs", prefix="product:", database="catalog")["documents"]
    customers = phone.call("docs", prefix="customer:", database="customers")["documents"]
    fields = [capture_fields(order, products, customers) for order in orders]
    phone.network(False)
    journal.say("the network is cut")
    captured = []
    for each in fields:
        order = phone.call("capture", **each)
        captured.append(order)
        journal.say(phone.call("order_line", order=order["order"])["line"])
    try:
        phone.call("sync")
    except DeviceError as error:
        journal.say(f"a sync now fails, as it must ({error})")
    else:
        raise RoadbookError("the phone could sync although its network is cut")
    phone.kill9()
    phone.restart()
    unsent = phone.call("status")["unsent"]
    if len(unsent) != len(captured):
        raise RoadbookError(f"after a restart the phone holds {len(unsent)} of {len(captured)} orders")
    journal.say(f"the battery fell out; after a restart the phone still holds {len(unsent)} unsent orders")
    phone.network(True)
    journal.say("the network is back")
    phone.call("sync")
    journal.say(f"handed in: {len(captured)} orders are on the server")
    receipts = phone.wait_for_receipts(orders=[order["order"] for order in captured], timeout=RECEIPTS_WITHIN)
    for receipt in sorted(receipts, key=lambda found: str(found.get("posted_at"))):
        if receipt.get("posted_at"):
            waited = seconds_between(receipt["received_at"], receipt["posted_at"])
            journal.say(f"{receipt['number']}: in QuickBooks {waited:.2f} s after the connector read it")
    for order in captured:
        journal.say(phone.call("order_line", order=order["order"])["line"])
    return captured


def check(stage: Stage, captured: list[Captured], journal: Journal) -> None:
    """Every order must be exactly one estimate with the order's total; raises RoadbookError."""
    estimates = stage.sandbox.control("GET", "estimates")
    for order in captured:
        ulid = order["order"].removeprefix("order:")
        found = [each for each in estimates if f" {ulid} " in each["PrivateNote"]]
        if len(found) != 1:
            raise RoadbookError(f"{order['number']} has {len(found)} estimates in QuickBooks instead of one")
        if f"{found[0]['TotalAmt']:.2f}" != order["total"]:
            raise RoadbookError(f"{order['number']} is {order['total']} but its estimate {found[0]['TotalAmt']}")
        status = found[0]["TxnStatus"]
        journal.say(f"{order['number']}: one estimate, {found[0]['DocNumber']}, {status}, {order['total']}")


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one document time to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


if __name__ == "__main__":
    main()
