"""Northwind's orders, taken offline by its employees, through every part of Roadbook into the sandbox company."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from connector.catalog import Catalog
from connector.errors import RoadbookError
from connector.identifiers import ulid_of
from connector.logs import set_up_logs
from connector.mapping import marker
from connector.money import show
from journeys.northwind_folder import Customer, Northwind, Order, read_folder
from journeys.quiet import wait_until_read
from journeys.stage import Stage
from local_servers.device import Device
from local_servers.process import ProcessError

TERRITORY = "northwind"
FREIGHT = "Freight"
RECEIPTS_WITHIN = 300  # seconds all receipts may take to reach their devices


@dataclass
class Result:
    """What came of a folder's orders; the last line printed."""

    orders: int = 0
    estimates: int = 0
    accepted: int = 0
    twice: int = 0
    missing: int = 0
    cents_off: int = 0
    names_off: int = 0
    receipts: int = 0
    parked: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def perfect(self) -> bool:
        """Whether every order is one Accepted estimate with the right total and names, and its receipt is back."""
        whole = self.orders == self.estimates == self.accepted == self.receipts
        return whole and not (self.twice or self.missing or self.cents_off or self.names_off or self.parked)


@dataclass(frozen=True)
class Taken:
    """An order as it was captured: the folder's row, its document id and its rep."""

    order: Order
    document: str
    rep: str


def main() -> None:
    """Run the journey over a folder; exit 1 unless every order came through."""
    parser = argparse.ArgumentParser(prog="northwind", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder with products, customers, employees and orders as CSV")
    parser.add_argument("--wipe", action="store_true", help="delete a Roadbook that COUCHDB_URL holds")
    options = parser.parse_args()
    started = time.monotonic()
    set_up_logs("console", "warning")
    try:
        northwind = read_folder(options.folder)
        with tempfile.TemporaryDirectory(prefix="northwind-") as directory:
            result = run(northwind, Path(directory), wipe=options.wipe, started=started)
    except (RoadbookError, ProcessError) as error:
        print(f"northwind: {error}", file=sys.stderr)
        sys.exit(1)
    print(json.dumps(result.__dict__))
    sys.exit(0 if result.perfect else 1)


def run(northwind: Northwind, directory: Path, *, wipe: bool, started: float) -> Result:
    """The journey: load, capture offline, come online, check; then replay and restart everything and check again."""

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True)

    counts = f"{len(northwind.products)} products, {len(northwind.customers)} customers"
    say(f"{counts}, {len(northwind.employees)} employees, {len(northwind.orders)} orders read")
    with Stage(directory, empty_company=True, wipe=wipe) as stage:
        connection = stage.connect_quickbooks()
        products, customers = load_company(stage, northwind)
        devices = {}
        for employee in northwind.employees:
            rep = stage.add_rep(employee.account, TERRITORY)
            devices[employee.id] = stage.give_device(rep, employee.account)
        Catalog(stage.settings, stage.server, connection.gateway).sync()
        connection.close()
        say(f"the sandbox company and {len(devices)} reps are ready, on {stage.couch_name}")
        stage.start_connector()
        with ThreadPoolExecutor(len(devices)) as pool:
            list(pool.map(lambda device: device.call("first_sync", deadline=120), devices.values()))
            say("every device has had its first sync")
            taken = capture(northwind, devices, products, customers)
            say(f"{len(taken)} orders captured without a network")
            list(pool.map(come_online, devices.values()))
            say("every device is online and has handed in its orders")
            receipts = collect_receipts(devices, taken, pool, say)
        result = check(stage, northwind, taken, receipts)
        say(f"{result.receipts} receipts on their devices, {result.estimates} estimates in QuickBooks")
        replay(stage)
        say("every database was read again from its beginning, everything was restarted")
        again = check(stage, northwind, taken, receipts)
        if again != result:
            raise RoadbookError(f"after the replay it looks different: {again.__dict__}")
    result.seconds = round(time.monotonic() - started, 1)
    return result


def load_company(stage: Stage, northwind: Northwind) -> tuple[dict[str, str], dict[str, str]]:
    """Load products, freight and customers into the sandbox; returns document ids by the folder's ids."""
    items: list[dict[str, Any]] = [
        {"Name": product.name, "UnitPrice": str(product.unit_price), "Type": "NonInventory"}
        for product in northwind.products
    ]
    items.append({"Name": FREIGHT, "Type": "Service"})
    ids = stage.sandbox.control(
        "POST", "seed", {"Item": items, "Customer": [customer_entity(each) for each in northwind.customers]}
    )
    products = {product.id: f"product:{given}" for product, given in zip(northwind.products, ids["Item"], strict=False)}
    products[FREIGHT] = f"product:{ids['Item'][-1]}"
    customers = {
        customer.id: f"customer:{given}" for customer, given in zip(northwind.customers, ids["Customer"], strict=True)
    }
    return products, customers


def customer_entity(customer: Customer) -> dict[str, Any]:
    """A customer as QuickBooks has it."""
    address = {
        "Line1": customer.street,
        "City": customer.city,
        "CountrySubDivisionCode": customer.region,
        "PostalCode": customer.postal_code,
        "Country": customer.country,
    }
    entity: dict[str, Any] = {
        "DisplayName": customer.name,
        "CompanyName": customer.name,
        "BillAddr": {name: value for name, value in address.items() if value},
    }
    if customer.phone:
        entity["PrimaryPhone"] = {"FreeFormNumber": customer.phone}
    return entity


def capture(
    northwind: Northwind, devices: dict[str, Device], products: dict[str, str], customers: dict[str, str]
) -> list[Taken]:
    """Cut every network and have each rep capture the orders that were the employee's."""
    for device in devices.values():
        device.network(False)
    taken = []
    for order in northwind.orders:
        device = devices[order.employee]
        fields = order_fields(order, products, customers)
        taken.append(Taken(order, device.call("capture", **fields)["order"], device.rep))
    return taken


def order_fields(order: Order, products: dict[str, str], customers: dict[str, str]) -> dict[str, Any]:
    """What the rep enters: prices of the day, freight as a charge."""
    fields: dict[str, Any] = {
        "captured_at": f"{order.ordered.isoformat()}T09:00:00Z",
        "captured_on": order.ordered.isoformat(),
        "customer": customers[order.customer],
        "lines": [
            {
                "product": products[line.product],
                "quantity": str(line.quantity),
                "unit_price": str(line.unit_price),
                "discount": str(line.discount),
            }
            for line in order.lines
        ],
        "charges": [{"product": products[FREIGHT], "amount": show(order.freight)}] if order.freight else [],
        "po_number": order.id,
        "ship_to": order.ship_to,
    }
    if order.required:
        fields["deliver_on"] = order.required.isoformat()
    return fields


def come_online(device: Device) -> None:
    """Switch the device off and on, then the network on, then sync."""
    device.restart()
    device.network(True)
    device.call("sync", deadline=120)


def collect_receipts(
    devices: dict[str, Device], taken: list[Taken], pool: ThreadPoolExecutor, say: Any
) -> dict[str, dict[str, Any]]:
    """Wait until every device shows the receipts of its own orders; receipts by order id."""
    arrived: dict[str, dict[str, Any]] = {}
    lock = threading.Lock()

    def wait(device: Device) -> None:
        orders = [each.document for each in taken if each.rep == device.rep]
        receipts = device.wait_for_receipts(orders=orders, timeout=RECEIPTS_WITHIN)
        with lock:
            arrived.update({receipt["of"]: receipt for receipt in receipts})
            say(f"{device.name}: {len(receipts)} receipts ({len(arrived)} of {len(taken)})")

    list(pool.map(wait, devices.values()))
    return arrived


def check(stage: Stage, northwind: Northwind, taken: list[Taken], receipts: dict[str, dict[str, Any]]) -> Result:
    """Hold the sandbox company's estimates against the folder, cent by cent and name by name."""
    names = {product.id: product.name for product in northwind.products}
    customers = {customer.id: customer.name for customer in northwind.customers}
    by_marker: dict[str, list[dict[str, Any]]] = {}
    for estimate in stage.sandbox.control("GET", "estimates?full=1"):
        by_marker.setdefault(estimate["PrivateNote"].split("\n")[0], []).append(estimate)
    result = Result(orders=len(taken), estimates=sum(len(found) for found in by_marker.values()))
    for each in taken:
        found = by_marker.get(marker("order", ulid_of(each.document) or "", each.rep), [])
        result.missing += not found
        result.twice += len(found) > 1
        for estimate in found:
            result.accepted += estimate["TxnStatus"] == "Accepted"
            result.cents_off += abs(int((Decimal(str(estimate["TotalAmt"])) - each.order.total) * 100))
            result.names_off += estimate["CustomerRef"]["name"] != customers[each.order.customer]
            result.names_off += lines_off(estimate, [names[line.product] for line in each.order.lines])
        receipt = receipts.get(each.document, {})
        result.receipts += receipt.get("state") == "posted"
        if receipt.get("state") != "posted":
            code = (receipt.get("reason") or {}).get("code", receipt.get("state", "no receipt"))
            result.parked[code] = result.parked.get(code, 0) + 1
    return result


def lines_off(estimate: dict[str, Any], names: list[str]) -> int:
    """How many product lines of an estimate do not carry the product's name."""
    items = [line["SalesItemLineDetail"]["ItemRef"]["name"] for line in estimate["Line"] if "LineNum" in line]
    return sum(str(item) != name for item, name in zip(items, names, strict=False)) + (len(items) < len(names))


def replay(stage: Stage) -> None:
    """Stop everything, forget every checkpoint, start everything, and wait until all has been read again."""
    stage.roadbook.stop()
    stage.roadbook.command("rewind", "--all")
    stage.sandbox.restart()
    if stage.couch is not None:
        stage.couch.restart()
    for device in stage.devices:
        device.restart()
    stage.start_connector()
    wait_until_read(stage.server, [device.rep for device in stage.devices], RECEIPTS_WITHIN)


if __name__ == "__main__":
    main()
