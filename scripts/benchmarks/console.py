"""`bench console`: how fast the console's pages answer with many reps, devices and orders on record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import requests

from benchmarks.orders import new_ulid, order_of
from benchmarks.progress import Progress, say
from benchmarks.report import Report, Table, couch_of
from connector.check import Reason, summary
from connector.fleet.sampling import Sampling
from connector.identifiers import CONNECTOR, OPS, new_rep_id, orders_database
from connector.ledger import Row
from connector.outcomes import posted, refused
from connector.pinning import pin
from connector.records import time_text
from connector.registry import Rep
from journeys.stage import Stage

THREADS = 4  # that make reps' databases
MODELS = 300  # rows that are made as the connector makes them; the others are like these
BULK = 1000  # rows of the ledger in one write
PRODUCTS = [
    {"_id": f"product:{number}", "name": f"Product {number:03}", "unit_price": f"{number % 90 + 10}.50"}
    for number in range(200)
]
CUSTOMERS = [{"_id": f"customer:{number}", "name": f"Customer {number:04}"} for number in range(500)]
STATES = (*["posted"] * 95, *["parked"] * 3, *["received"] * 2)  # of a hundred orders

Document = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How many reps (None: by the server), orders (None: by the server), and times that each page is asked for."""

    reps: int | None
    orders: int | None
    samples: int

    def on(self, embedded: bool) -> Sizes:
        """What is not said, for this server: the embedded one keeps everything in one thread."""
        return Sizes(
            self.reps or (60 if embedded else 1000), self.orders or (1500 if embedded else 100_000), self.samples
        )


def measure(directory: Path, sizes: Sizes, *, wipe: bool) -> Report:
    """Run the benchmark: write everything in bulk, build the views, ask each page again and again."""
    say("starting the servers")
    with Stage(directory, wipe=wipe) as stage:
        sizes = sizes.on(stage.couch is not None)
        couch = couch_of(stage)
        reps = write_reps(stage, int(sizes.reps or 0))
        key = write_orders(stage, reps, int(sizes.orders or 0))
        say("building the views")
        index_seconds = timed(lambda: build_views(stage))
        say("sampling all devices")
        sampling = Sampling(stage.admin, stage.server, pace=10_000)
        pass_seconds = timed(sampling.run_pass)
        password = stage.add_console_account("bench-olga", "ops")
        console = stage.roadbook.web()
        with requests.Session() as browser:
            origin = f"http://127.0.0.1:{console.ready['port']}"
            form = {"name": "bench-olga", "password": password}
            browser.post(f"{origin}/sign-in", data=form, timeout=60).raise_for_status()
            figures = {
                name: asked(browser, origin + path, sizes.samples, expects)
                for name, (path, expects) in pages_of(key).items()
            }
        console.stop()
    result: dict[str, float | int] = {f"{name}_p50_ms": figure[0] for name, figure in figures.items()}
    result |= {"reps": int(sizes.reps or 0), "orders": int(sizes.orders or 0)}
    result |= {"sampling_pass_s": round(pass_seconds, 1), "views_s": round(index_seconds, 1)}
    rows = [
        (name, f"{p50:.0f} ms", f"{p95:.0f} ms", f"{size / 1000:.0f} kB") for name, (p50, p95, size) in figures.items()
    ]
    notes = [
        f"Each page was asked for {sizes.samples} times, one after the other, by somebody who is signed in.",
        f"One pass over all devices, without the pauses that spread it, took {pass_seconds:.1f} s; "
        "in operation it is spread so that at most ten reps are sampled in a second.",
    ]
    parameters = {"reps": sizes.reps, "orders": sizes.orders}
    return Report("console", couch, parameters, Table(("page", "median", "p95", "size"), rows), notes, result)


def pages_of(key: str) -> dict[str, tuple[str, str]]:
    """Name -> (path, what must stand on the page)."""
    return {
        "replication": ("/", "All devices together"),
        "orders": ("/orders", "<tr"),
        "order": (f"/orders/{quote(key)}", "Trail"),
        "orders_parked": ("/orders?state=parked", "Parked"),
        "devices_behind": ("/?state=behind", "Behind"),
        "people": ("/reps", "<tr"),
        "status": ("/status", "Dead letters"),
        "metrics": ("/metrics", "roadbook_devices"),
    }


def asked(browser: requests.Session, url: str, samples: int, expects: str) -> tuple[float, float, int]:
    """(median, 95th percentile in milliseconds, bytes) of a page, which must be what it should be."""
    took = []
    for _ in range(samples + 1):
        started = time.perf_counter()
        answer = browser.get(url, timeout=120)
        took.append((time.perf_counter() - started) * 1000)
        answer.raise_for_status()
        assert expects in answer.text, f"{url} does not show {expects!r}"
    counted = sorted(took[1:])
    return round(median(counted), 1), round(counted[int(len(counted) * 0.95) - 1], 1), len(answer.content)


def write_reps(stage: Stage, count: int) -> list[Rep]:
    """Registry rows, and a database each with what a device leaves in it: a checkpoint and a report."""
    now = datetime.now(UTC)
    at = time_text(now)
    reps = [
        Rep(
            rep=new_rep_id(), account=f"rep-{number:05}", territory="north", state="ready", created_at=at, changed_at=at
        )
        for number in range(count)
    ]
    in_bulk(stage.admin.database(CONNECTOR).bulk, (rep.as_document() for rep in reps))
    progress = Progress("reps' databases made", count)

    def make(numbered: tuple[int, Rep]) -> None:
        number, rep = numbered
        name = orders_database(rep.rep)
        stage.admin.create_database(name)
        database = stage.admin.database(name)
        database.put_security({"members": {"roles": ["connector"]}, "admins": {"roles": ["_admin"]}})
        database.bulk([{"_id": f"receipt:{each}", "type": "receipt"} for each in range(5)])
        sequence = database.info()["update_seq"] if number % 5 else "0"
        database.put({"_id": "_local/bench-checkpoint==", "replicator": "pouchdb", "last_seq": sequence, "history": []})
        reported = time_text(now - timedelta(minutes=number % 3000))
        report = {
            "at": reported,
            "app": "0.1.0",
            "unsent": number % 7 // 6,
            "drafts": 0,
            "denied": [],
            "pushed_seq": 9_999,
        }
        database.put({"_id": f"_local/device-phone-{number:05}", **report})
        progress.add()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(make, enumerate(reps)))
    return reps


def write_orders(stage: Stage, reps: list[Rep], count: int) -> str:
    """Rows of the ledger: some as the connector makes them, the others like them; returns the key of one of them."""
    progress = Progress("orders on record", count)
    begin = datetime.now(UTC) - timedelta(days=365)
    models = [row_of(number, reps[0].rep, begin) for number in range(min(count, MODELS))]
    database = stage.admin.database(CONNECTOR)
    key = ""
    for start in range(0, count, BULK):
        rows = [
            like(
                models[number % len(models)], reps[number % len(reps)].rep, begin + timedelta(days=364) * number / count
            )
            for number in range(start, min(start + BULK, count))
        ]
        in_bulk(database.bulk, (document for document in rows))
        key = key or str(rows[0]["_id"]).removeprefix("ledger:")
        progress.add(len(rows))
    return key


def like(model: Row, rep: str, at: datetime) -> Document:
    """A row as another one, of another rep and order, received at another time."""
    ulid, received = new_ulid(), time_text(at)
    names = {"rep": rep, "database": orders_database(rep), "of": f"order:{ulid}", "ulid": ulid}
    times = {"received_at": received, "changed_at": received, "due_at": received}
    content = {**model.content, "rep": rep}
    return replace(model, **names, **times, content=content).as_document()  # type: ignore[arg-type]


def row_of(number: int, rep: str, at: datetime) -> Row:
    """The row of the order with this number: most are posted, some parked, some still on their way."""
    order = order_of(number, rep, PRODUCTS, CUSTOMERS)
    change = {"id": order["_id"], "seq": "1", "changes": [{"rev": "1-a"}], "doc": {**order, "_rev": "1-a"}}
    row = pin(orders_database(rep), change, None, time_text(at)).row
    assert row is not None
    state = STATES[number % len(STATES)]
    if state == "parked":
        reason = Reason("unknown_product", "QuickBooks does not know the product “Chai”.", "office")
        return replace(refused(row, summary([reason]), at), work=None, receipt_revision="1-a")
    if state == "received":
        return row
    sending = row.step(time_text(at), "sending", request={"entity": "Estimate", "body": "{}"}, sent_at=time_text(at))
    entity = {"Id": str(number), "DocNumber": str(number), "TxnStatus": "Accepted", "TotalAmt": order["total"]}
    return replace(posted(sending, entity, time_text(at)), work=None, receipt_revision="1-a")


def build_views(stage: Stage) -> None:
    """Ask each view once, patiently: CouchDB builds an index when it is asked."""
    for name in (CONNECTOR, OPS):
        database = stage.admin.database(name)
        rows = database.call("GET", "_all_docs", startkey='"_design/"', endkey='"_design0"', include_docs="true")[
            "rows"
        ]
        for row in rows:
            for view in row["doc"].get("views") or {}:
                patiently(lambda path=f"{row['id']}/_view/{view}", on=database: on.call("GET", path, limit=1))  # type: ignore[misc]


def patiently(ask: Callable[[], object]) -> None:
    """Ask until there is an answer: CouchDB gives up a request for an index that takes it longer than a minute."""
    while True:
        try:
            ask()
            return
        except Exception as error:
            say(f"still building ({error})")


def in_bulk(write: Callable[[list[Document]], object], documents: Iterator[Document]) -> None:
    """Write documents, some hundred at a time."""
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == BULK:
            write(batch)
            batch = []
    write(batch)


def timed(do: Callable[[], object]) -> float:
    """Seconds that something takes."""
    started = time.monotonic()
    do()
    return time.monotonic() - started
