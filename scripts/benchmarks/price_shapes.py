"""`bench prices`: five shapes of documents for price lists, replicated by plain PouchDB and read as a device does."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.progress import say
from benchmarks.report import Report, Table
from connector.couch import CouchServer
from connector.prices import PriceList
from connector.prices.buckets import bucket_document, bucket_of, hash_of, header_of, split
from connector.settings import split_credentials
from local_servers import SCRIPTS, embedded_couch
from local_servers.node import node
from local_servers.process import ProcessError

PROGRAM = SCRIPTS / "benchmarks" / "price_shapes.mjs"
BATCH = 2000  # documents written in one request
LINES = 50  # products on the order whose prices are read
HEADINGS = ("shape", "documents", "MB", "MB gzip", "plain PouchDB", "one price changed", "50 products", "all products")

Document = dict[str, Any]
Entry = str | list[Any]


@dataclass(frozen=True)
class Shape:
    """Documents of a shape; `one_list` and `of_products` name what a device reads, `changed` what one price rewrites.

    `factor` says how many times more documents there would be: large shapes are measured in part.
    """

    name: str
    documents: list[Document]
    of_products: list[str]
    one_list: list[str]
    changed: list[Document]
    factor: int = 1


def measure(directory: Path, *, products: int, lists: int, sample: int) -> Report:
    """Measure every shape; documents of one price each for `sample` lists only, and counted up to all of them."""
    prices = prices_of(products, lists)
    rows: list[tuple[str, ...]] = []
    result: dict[str, Any] = {"products": products, "lists": lists}
    with a_couch(directory) as url:
        address, user, password = split_credentials(url)
        server = CouchServer(address, user, password)
        version = server.call("GET", "")
        for shape in shapes(prices, sample):
            say(f"{shape.name}: {len(shape.documents)} documents")
            found = measured(server, url, directory, shape)
            rows.append(row_of(shape, found))
            result[shape.name.replace(" ", "_")] = {name: round(value, 2) for name, value in found.items()}
    couch = f"CouchDB {version['version']}" if os.environ.get("COUCHDB_URL") else "the embedded server (demo grade)"
    parameters = {"products": products, "lists": lists, "sample": sample}
    return Report("prices", couch, parameters, Table(HEADINGS, rows), notes(lists, sample), result)


def notes(lists: int, sample: int) -> list[str]:
    """What the figures mean."""
    return [
        "Plain PouchDB: replicate.from with its defaults on Node, into LevelDB. A browser's IndexedDB is slower; "
        "the ratios are what counts.",
        "One price changed: bytes of the documents that a device receives for it, as they are and with gzip.",
        "50 products, all products: milliseconds until a device has the prices of one customer's list, from LevelDB "
        "(median of 5).",
        f"A document for each price was measured with {sample} of {lists} lists; documents, bytes and time of "
        "replication are counted up, reads are as measured.",
        "Buckets come with their headers and with two places each, as Roadbook keeps them: a change deletes one "
        "place and fills the other.",
    ]


def prices_of(products: int, lists: int) -> dict[str, dict[str, Entry]]:
    """A price for each product on each list, every fifth with two quantity breaks; always the same ones."""
    chance = random.Random(4)
    ids = [str(number) for number in sorted(chance.sample(range(1, 3 * products), products))]
    made: dict[str, dict[str, Entry]] = {}
    for number in range(lists):
        share = 1 - number / (2 * lists)
        entries: dict[str, Entry] = {}
        for product in ids:
            cents = int(chance.uniform(100, 20000) * share)
            steps = [f"{value // 100}.{value % 100:02}" for value in (cents, cents * 95 // 100, cents * 9 // 10)]
            entries[product] = [steps[0], ["12", steps[1]], ["48", steps[2]]] if chance.random() < 0.2 else steps[0]
        made[f"list-{number:02}"] = entries
    return made


def shapes(prices: dict[str, dict[str, Entry]], sample: int) -> Iterator[Shape]:
    """The shapes, one at a time."""
    name, own = next(iter(prices.items()))
    ids = sorted(own)
    some = random.Random(5).sample(ids, min(LINES, len(ids)))
    part = dict(list(prices.items())[:sample])
    singles = [
        {"_id": f"price:{each}:{product}", "type": "price", "schema": 1, "price": entry}
        for each, entries in part.items()
        for product, entry in entries.items()
    ]
    one, whole = [f"price:{name}:{product}" for product in some], [f"price:{name}:{product}" for product in ids]
    yield Shape("one per price", singles, one, whole, singles[:1], len(prices) // sample)
    by_product: list[Document] = [
        {
            "_id": f"price:{product}",
            "type": "price",
            "schema": 1,
            "prices": {each: entries[product] for each, entries in prices.items()},
        }
        for product in ids
    ]
    one, whole = [f"price:{product}" for product in some], [f"price:{product}" for product in ids]
    yield Shape("one per product", by_product, one, whole, by_product[:1])
    by_list: list[Document] = [
        {"_id": f"price:{each}", "type": "price", "schema": 1, "prices": entries} for each, entries in prices.items()
    ]
    yield Shape("one per list", by_list, [f"price:{name}"], [f"price:{name}"], by_list[:1])
    for count in (4, 8, 16, 32):
        yield in_buckets(prices, count, some)


def in_buckets(prices: dict[str, dict[str, Entry]], count: int, some: list[str]) -> Shape:
    """The shape that Roadbook uses, with so many buckets a list."""
    documents: list[Document] = []
    for name, entries in prices.items():
        buckets = split(entries, count)
        documents.append(header_of(PriceList(name, name, prices=entries), [("a", hash_of(each)) for each in buckets]))
        documents += [bucket_document(name, number, "a", each) for number, each in enumerate(buckets)]
    header, first = documents[0]["_id"], documents[1]
    needed = sorted({documents[1 + bucket_of(product, count)]["_id"] for product in some})
    whole = [document["_id"] for document in documents[1 : count + 1]]
    gone = {"_id": first["_id"], "_rev": "2-" + "0" * 32, "_deleted": True}
    changed = [documents[0], {**first, "_id": first["_id"][:-1] + "b"}, gone]
    return Shape(f"{count} buckets a list", documents, [header, *needed], [header, *whole], changed)


def measured(server: CouchServer, url: str, directory: Path, shape: Shape) -> dict[str, float]:
    """Write a shape into a database of its own, have PouchDB replicate and read it, delete the database."""
    name = "bench-prices"
    server.create_database(name)
    try:
        database = server.database(name)
        for start in range(0, len(shape.documents), BATCH):
            database.bulk(shape.documents[start : start + BATCH])
        place = directory / shape.name.replace(" ", "-")
        plan = {"source": f"{url}/{name}", "target": str(place), "some": shape.of_products, "all": shape.one_list}
        argv = [str(node()), str(PROGRAM)]
        ran = subprocess.run(argv, input=json.dumps(plan), capture_output=True, text=True, timeout=3600, check=False)
        if ran.returncode:
            raise ProcessError(f"{PROGRAM.name}: {ran.stderr[-1000:]}")
        found: dict[str, float] = json.loads(ran.stdout)
    finally:
        server.delete_database(name)
    raw, packed = bytes_of(shape.documents)
    changed, changed_packed = bytes_of(shape.changed)
    return {
        "documents": len(shape.documents) * shape.factor,
        "mb": raw * shape.factor / 1e6,
        "mb_gzip": packed * shape.factor / 1e6,
        "replicate_s": found["replicate_ms"] / 1000 * shape.factor,
        "changed_bytes": changed,
        "changed_bytes_gzip": changed_packed,
        "some_ms": found["some_ms"],
        "all_ms": found["all_ms"],
    }


def bytes_of(documents: list[Document]) -> tuple[int, int]:
    """Bytes of the documents as lines of JSON, and of those with gzip."""
    text = "\n".join(json.dumps(each, separators=(",", ":")) for each in documents).encode()
    return len(text), len(gzip.compress(text, 6))


def row_of(shape: Shape, found: dict[str, float]) -> tuple[str, ...]:
    """A shape's row in the table."""
    return (
        shape.name,
        f"{found['documents']:,.0f}",
        f"{found['mb']:.1f}",
        f"{found['mb_gzip']:.1f}",
        f"{found['replicate_s']:.1f} s",
        f"{found['changed_bytes']:,.0f} B ({found['changed_bytes_gzip']:,.0f})",
        f"{found['some_ms']:.1f} ms",
        f"{found['all_ms']:.1f} ms",
    )


@contextmanager
def a_couch(directory: Path) -> Iterator[str]:
    """The address of the CouchDB that COUCHDB_URL names, else of an embedded one."""
    given = os.environ.get("COUCHDB_URL", "").rstrip("/")
    if given:
        yield given
        return
    server = embedded_couch.start(directory / "couch", log=directory / "couch.log")
    try:
        yield server.url
    finally:
        server.stop()
