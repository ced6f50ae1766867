"""Price lists are whole at any moment, whatever becomes of the process that writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer, Database
from connector.identifiers import CATALOG
from connector.prices import PriceList
from connector.prices.buckets import AIM, bucket_count, bucket_of
from connector.prices.store import ImportInterrupted, PriceLists
from tests.couch_design.guards import schema_of

MANY = {str(number): "10" for number in range(1, 3 * AIM)}


class Killed(BaseException):
    """What a process that is killed does not live to see."""


class Dying(Database):
    """A database whose process ends at a request, before or after it was carried out."""

    def __init__(self, server: CouchServer, at: int, carried_out: bool) -> None:
        super().__init__(server, CATALOG)
        self.at, self.carried_out, self.requests = at, carried_out, 0

    def call(self, method: str, path: str = "", body: Any = None, **parameters: Any) -> Any:
        self.requests += 1
        if self.requests < self.at:
            return super().call(method, path, body, **parameters)
        if self.requests == self.at and self.carried_out:
            super().call(method, path, body, **parameters)
        raise Killed


def retail(prices: dict[str, Any], **fields: Any) -> PriceList:
    return PriceList("retail", "Retail", prices=prices, **fields)


def written(catalog: Database, prices: PriceList) -> None:
    store = PriceLists(catalog)
    store.save(prices, store.load(prices.list))


def documents(catalog: Database) -> list[dict[str, Any]]:
    return list(catalog.starting_with("price:"))


def test_a_list_is_read_as_it_was_written(catalog: Database) -> None:
    prices = retail(
        {**MANY, "7": ["12.50", ["10", "11"]], "8": False}, rules={"*": "5%"}, visible="listed", currency="EUR"
    )
    written(catalog, prices)
    stored = PriceLists(catalog).load("retail")
    assert stored is not None
    assert (stored.prices, list(stored.broken)) == (prices, [])
    assert PriceLists(catalog).names() == ["retail"]


def test_its_documents_are_as_published(catalog: Database) -> None:
    written(catalog, retail({**MANY, "7": ["12.50", ["10", "11"]], "8": False}, rules={"*": "5%"}, currency="EUR"))
    found = documents(catalog)
    assert {document["type"] for document in found} == {"price_list", "price_bucket"}
    for document in found:
        schema_of(document["type"]).validate(document)


def test_an_empty_list_is_a_list(catalog: Database) -> None:
    written(catalog, retail({}))
    stored = PriceLists(catalog).load("retail")
    assert stored is not None
    assert stored.prices == retail({})


def test_what_says_nothing_new_writes_nothing(catalog: Database, server: CouchServer) -> None:
    written(catalog, retail(MANY))
    before = server.call("GET", CATALOG)["update_seq"]
    written(catalog, retail(dict(reversed(MANY.items()))))
    assert server.call("GET", CATALOG)["update_seq"] == before


def test_one_changed_price_changes_one_bucket_and_the_header(catalog: Database) -> None:
    written(catalog, retail(MANY))
    before = {document["_id"]: document["_rev"] for document in documents(catalog)}
    written(catalog, retail({**MANY, "17": "9.99"}))
    after = {document["_id"]: document["_rev"] for document in documents(catalog)}
    number = bucket_of("17", bucket_count(len(MANY)))
    assert after.keys() - before.keys() == {f"price:retail:{number}:b"}
    assert before.keys() - after.keys() == {f"price:retail:{number}:a"}
    assert {key for key in before.keys() & after.keys() if before[key] != after[key]} == {"price:retail"}


def test_places_are_used_again_however_often_a_price_changes(catalog: Database) -> None:
    for price in range(5):
        written(catalog, retail({"1": str(price)}))
    assert len(documents(catalog)) == 2
    rows = catalog.call("GET", "_changes")["results"]
    assert len([row for row in rows if row["id"].startswith("price:")]) == 3, "a header and a bucket's two places"


def requests_of_a_change(server: CouchServer, new: PriceList) -> int:
    counting = Dying(server, at=10_000, carried_out=False)
    written(counting, new)
    return counting.requests


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("larger", [False, True], ids=["as many buckets", "more buckets"])
def test_a_list_is_whole_after_a_kill_at_any_request_and_the_next_import_completes_it(
    server: CouchServer, catalog: Database, larger: bool, carried_out: bool
) -> None:
    old = retail(MANY, rules={"*": "5%"})
    changed = dict.fromkeys(MANY, "9") | (
        {str(number): "8" for number in range(20_000, 20_000 + 13 * AIM)} if larger else {}
    )
    new = retail(changed, rules={"*": "6%"})
    written(catalog, old)
    last = requests_of_a_change(server, new)
    assert last >= 6
    for at in range(1, last + 1):
        PriceLists(catalog).remove("retail")
        written(catalog, old)
        with pytest.raises(Killed):
            written(Dying(server, at, carried_out), new)
        stored = PriceLists(catalog).load("retail")
        assert stored is not None
        assert not stored.broken
        assert stored.prices in (old, new)
        written(catalog, new)
        stored = PriceLists(catalog).load("retail")
        assert stored is not None
        assert (stored.prices, list(stored.broken)) == (new, [])
        assert len(documents(catalog)) == 1 + len(stored.places), "nothing is left over"


def test_a_first_import_that_was_killed_is_no_list(server: CouchServer, catalog: Database) -> None:
    with pytest.raises(Killed):
        written(Dying(server, at=4, carried_out=False), retail(MANY))
    assert PriceLists(catalog).names() == []
    assert PriceLists(catalog).left_over() == ["retail"]
    PriceLists(catalog).remove("retail")
    assert documents(catalog) == []


class Meeting(Database):
    """A database in which somebody else acts just before a certain request."""

    def __init__(self, server: CouchServer, at: int, somebody_else: Iterator[None]) -> None:
        super().__init__(server, CATALOG)
        self._at, self._requests, self._somebody_else = at, 0, somebody_else

    def call(self, method: str, path: str = "", body: Any = None, **parameters: Any) -> Any:
        self._requests += 1
        if self._requests == self._at:
            next(self._somebody_else, None)
        return super().call(method, path, body, **parameters)


@pytest.mark.parametrize("at", range(1, 8))
def test_two_imports_of_one_list_at_once_are_told_and_the_next_import_puts_it_right(
    server: CouchServer, catalog: Database, at: int
) -> None:
    old, one, other = retail(MANY), retail(dict.fromkeys(MANY, "9")), retail(dict.fromkeys(MANY, "8"))
    written(catalog, old)
    told = []

    def meanwhile() -> Iterator[None]:
        try:
            written(catalog, other)
        except ImportInterrupted as error:
            told.append(error)
        yield

    try:
        written(Meeting(server, at, meanwhile()), one)
    except ImportInterrupted as error:
        told.append(error)
    stored = PriceLists(catalog).load("retail")
    assert stored is not None
    assert stored.prices in (one, other) or told, "a mixture that nobody is told of"
    written(catalog, one)
    stored = PriceLists(catalog).load("retail")
    assert stored is not None
    assert (stored.prices, list(stored.broken)) == (one, [])


def test_a_bucket_that_somebody_damaged_is_named_and_written_anew(catalog: Database) -> None:
    written(catalog, retail(MANY))
    bucket = next(document for document in documents(catalog) if document["type"] == "price_bucket")
    catalog.put({**bucket, "prices": {**bucket["prices"], "1": "0.01"}})
    stored = PriceLists(catalog).load("retail")
    assert stored is not None
    assert list(stored.broken) == [int(bucket["_id"].split(":")[2])]
    written(catalog, retail(MANY))
    stored = PriceLists(catalog).load("retail")
    assert stored is not None
    assert (stored.prices, list(stored.broken)) == (retail(MANY), [])


def test_removing_a_list_leaves_the_others(catalog: Database) -> None:
    written(catalog, retail(MANY))
    written(catalog, replace(retail({"1": "3"}), list="retail-2"))
    PriceLists(catalog).remove("retail")
    assert PriceLists(catalog).names() == ["retail-2"]
    assert len(documents(catalog)) == 2


@pytest.mark.parametrize(
    ("prices", "present", "expected"),
    [(0, 0, 1), (320, 0, 1), (321, 0, 2), (5000, 0, 16), (5000, 8, 8), (5000, 4, 16), (5000, 64, 16), (5000, 32, 32)],
)
def test_the_number_of_buckets_follows_the_prices_and_does_not_waver(prices: int, present: int, expected: int) -> None:
    assert bucket_count(prices, present) == expected


def test_buckets_are_about_equally_full() -> None:
    sizes = [0] * 16
    for number in range(1, 5001):
        sizes[bucket_of(str(number), 16)] += 1
    assert max(sizes) < 1.25 * 5000 / 16
    assert min(sizes) > 0.75 * 5000 / 16


def test_a_product_is_in_the_same_bucket_for_ever() -> None:
    for product, count, expected in json.loads((Path(__file__).parent / "bucket_cases.json").read_text()):
        assert (product, count, bucket_of(product, count)) == (product, count, expected)
