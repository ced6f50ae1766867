"""`bench snapshot`: what the server does for a new device and for one that is up to date, against replication."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.large_catalog import Document, customers, products
from benchmarks.progress import Progress, say
from benchmarks.report import Report, Table, couch_of
from benchmarks.usage import listening_on, usage_of
from connector.couch import Database
from connector.errors import RoadbookError
from connector.identifiers import CATALOG, customers_database
from connector.provisioning import Added
from journeys.stage import Stage
from local_servers.node import node

TERRITORY = "benchmark"
DATABASES = (CATALOG, customers_database(TERRITORY))
BULK = 1000  # documents in one write
PATIENCE = 600.0  # seconds
CHANGED = 50  # documents that change for the second delta
ASKED = 50  # times a short question is asked
SCRIPT = Path(__file__).with_name("pull.mjs")
NOTES = (
    "Built: from the first request to CouchDB until the files are on the disk, by the console's log, both databases "
    "together; reading is what CouchDB and the connection take of it.",
    "A new device: manifest, body and a delta of each database, with the rep's password. Server: the processor time of "
    "the console and CouchDB together.",
    "As usual: a PouchDB on Node that replicates both databases into memory with its defaults; its own processor time "
    "is not counted.",
    "Not modified, nothing new, changed: medians of {asked} requests on loopback, one after the other, on the catalog; "
    "CouchDB is asked about the rights each time.",
)


@dataclass(frozen=True)
class Sizes:
    """Documents, and new devices of either kind."""

    products: int
    customers: int
    devices: int


class Console:
    """The console as a rep's device sees it."""

    def __init__(self, port: int, rep: Added) -> None:
        self._address = f"http://127.0.0.1:{port}/couch"
        self._session = requests.Session()
        self._session.auth = (rep.account, str(rep.password))
        self._session.headers["Accept-Encoding"] = "br"

    def ask(self, path: str, headers: dict[str, str] | None = None) -> requests.Response:
        """One answer; raises RoadbookError for anything but 200 and 304."""
        answer = self._session.get(
            f"{self._address}/{path}", headers=headers, timeout=PATIENCE, stream="/_snapshot/" in path
        )
        if "/_snapshot/" in path:
            answer.raw.read(decode_content=False)  # a device unpacks it, not the server
        if answer.status_code not in (200, 304):
            raise RoadbookError(f"{path}: {answer.status_code} {answer.reason}")
        return answer

    def manifest(self, database: str) -> dict[str, Any]:
        """The newest snapshot, waited for while it is being built."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                found: dict[str, Any] = self.ask(f"{database}/_snapshot").json()
                return found
            except RoadbookError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def first_sync(self) -> int:
        """What a new device does; returns the bytes of the bodies."""
        size = 0
        for database in DATABASES:
            manifest = self.manifest(database)
            size += int(self.ask(f"{database}/{manifest['path']}").headers["Content-Length"])
            self.ask(f"{database}/_delta?since={manifest['sequence']}")
        return size


def measure(directory: Path, sizes: Sizes, *, wipe: bool) -> Report:
    """Run the benchmark."""
    say("starting the servers")
    with Stage(directory, wipe=wipe, overrides={"roadbook_log_format": "json"}) as stage:
        couch = couch_of(stage)
        rep = stage.add_rep("rep-1", TERRITORY)
        fill(stage.admin.database(CATALOG), list(products(sizes.products)))
        fill(stage.admin.database(DATABASES[1]), list(customers(sizes.customers)))
        say("starting the console")
        child = stage.roadbook.web()
        console = Console(int(child.ready["port"]), rep)
        pids = [child.pid, stage.couch.pid if stage.couch else listening_on(stage.admin.url)]
        _, building = spent(pids, lambda: [console.manifest(name) for name in DATABASES], 1)
        built = [line for line in log_lines(child.log) if line.get("event") == "snapshot.built"]
        say("new devices by snapshot")
        size = console.first_sync()
        seconds, processor = spent(pids, console.first_sync, sizes.devices)
        say("a new device as usual")
        usual_seconds, usual_processor = spent(pids[1:], lambda: pull(stage, rep), 1)
        short = short_questions(stage, console)
    rows = [
        ("documents", f"{sizes.products + sizes.customers}"),
        ("built", f"{sum(line['seconds'] for line in built):.1f} s"),
        ("of that, reading", f"{sum(line['reading'] for line in built):.1f} s"),
        ("server's processor time for both", f"{building:.1f} s"),
        ("brotli", f"{size / 1e6:.2f} MB"),
        ("a new device by snapshot, loopback", f"{seconds * 1000:.0f} ms"),
        ("a new device as usual, loopback", f"{usual_seconds:.1f} s"),
        ("server's processor time, by snapshot", f"{processor * 1000:.0f} ms"),
        ("server's processor time, as usual", f"{usual_processor:.1f} s"),
        ("not modified", f"{short['not_modified_ms']:.1f} ms"),
        ("delta, nothing new", f"{short['nothing_new_ms']:.1f} ms, {short['nothing_new_bytes']:.0f} B"),
        (f"delta, {CHANGED} changed", f"{short['changed_ms']:.1f} ms, {short['changed_bytes'] / 1000:.1f} kB"),
    ]
    result = {
        "docs": sizes.products + sizes.customers,
        "build_seconds": round(sum(line["seconds"] for line in built), 2),
        "reading_seconds": round(sum(line["reading"] for line in built), 2),
        "build_cpu_seconds": round(building, 2),
        "brotli_bytes": size,
        "device_ms": round(seconds * 1000, 1),
        "usual_device_ms": round(usual_seconds * 1000, 1),
        "device_cpu_ms": round(processor * 1000, 1),
        "usual_device_cpu_ms": round(usual_processor * 1000, 1),
        "cpu_ratio": round(usual_processor / max(processor, 0.001), 1),
        **{name: round(value, 1) for name, value in short.items()},
    }
    parameters = {"products": sizes.products, "customers": sizes.customers, "devices": sizes.devices}
    notes = [note.format(asked=ASKED) for note in NOTES]
    return Report("snapshot", couch, parameters, Table(("", "measured"), rows), notes, result)


def fill(database: Database, documents: list[Document]) -> None:
    """Write the documents."""
    progress = Progress(f"{database.name}: documents written", len(documents))
    for start in range(0, len(documents), BULK):
        part = documents[start : start + BULK]
        refused = [row for row in database.bulk(part) if "rev" not in row]
        if refused:
            raise RoadbookError(f"{refused[0]['id']} was refused: {refused[0].get('reason')}")
        progress.add(len(part))


def spent(pids: list[int], action: Callable[[], object], times: int) -> tuple[float, float]:
    """Seconds and processor seconds of the processes that one of so many actions takes."""
    before = sum(usage_of(pid).processor for pid in pids)
    started = time.monotonic()
    for _ in range(times):
        action()
    seconds = time.monotonic() - started
    return seconds / times, (sum(usage_of(pid).processor for pid in pids) - before) / times


def pull(stage: Stage, rep: Added) -> None:
    """Replicate both databases as a new device does that knows of no snapshots."""
    question = {
        "address": stage.admin.url,
        "name": rep.account,
        "password": str(rep.password),
        "databases": DATABASES,
    }
    done = subprocess.run(
        [node(), SCRIPT], input=json.dumps(question), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        raise RoadbookError(f"the device that replicates failed: {done.stderr[-500:]}")


def short_questions(stage: Stage, console: Console) -> dict[str, float]:
    """What a device that is up to date asks."""
    manifest = console.manifest(CATALOG)
    tag = {"If-None-Match": f'"{manifest["hash"]}"'}
    delta = f"{CATALOG}/_delta?since={manifest['sequence']}"
    found = {
        "not_modified_ms": median_ms(lambda: console.ask(f"{CATALOG}/_snapshot", tag)),
        "nothing_new_ms": median_ms(lambda: console.ask(delta)),
        "nothing_new_bytes": float(len(console.ask(delta).content)),
    }
    database = stage.admin.database(CATALOG)
    changed = database.fetch(f"product:{number}" for number in range(1, CHANGED + 1))
    database.bulk([{**document, "stock": "1"} for document in changed.values()])
    packed = console.ask(delta, {"Accept-Encoding": "gzip"})
    return found | {
        "changed_ms": median_ms(lambda: console.ask(delta, {"Accept-Encoding": "gzip"})),
        "changed_bytes": float(packed.headers["Content-Length"]),
    }


def median_ms(action: Callable[[], object]) -> float:
    """The median of many times, in milliseconds."""
    times = []
    for _ in range(ASKED):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def log_lines(log: Path) -> list[dict[str, Any]]:
    """The console's log."""
    found = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
