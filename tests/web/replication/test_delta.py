"""The delta over HTTP: what it takes, how much it gives, and whose session it prolongs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from connector.couch import Database
from connector.settings import Settings
from tests.proxy.recorder import Exchange, Recorder
from tests.web.conftest import People
from tests.web.replication.conftest import NORTH, Asking
from tests.web.replication.test_refreshing import documents
from web import create_app
from web.replication import delta
from web.replication.callers import session


@pytest.mark.parametrize(
    "query",
    ["", "?since=", "?since=now", "?since=%00", f"?since={'1' * 9000}", "?since=x", "?since=12-%FF", "?limit=5"],
)
def test_a_sequence_that_is_none_is_refused(ask: Asking, query: str) -> None:
    answer = ask("bob", f"{NORTH}/_delta{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json["error"] == "bad_request"


@pytest.mark.parametrize("limit", ["0", "-1", "1.5", "x", "", "²", "9" * 30])
def test_a_limit_that_is_none_is_refused(ask: Asking, limit: str) -> None:
    answer = ask("bob", f"{NORTH}/_delta?since=0&limit={limit}")
    assert (answer.status_code, answer.json["error"]) == (400, "bad_request")
    assert "limit" in answer.json["reason"]


def pages(ask: Asking, limit: int) -> Iterator[dict[str, Any]]:
    """All pages from the beginning."""
    since: Any = "0"
    while True:
        page = ask("bob", f"{NORTH}/_delta?since={since}&limit={limit}").json
        yield page
        if not page["pending"]:
            return
        since = page["last_sequence"]


def ids(page: dict[str, Any]) -> list[str]:
    return [result["id"] for result in page["results"]]


def test_it_comes_in_pages_that_say_what_is_left(ask: Asking, north: Database) -> None:
    north.bulk(documents(7))
    found = list(pages(ask, 3))  # the guard is a change as well, and takes a place
    assert sorted(name for page in found for name in ids(page)) == [f"customer:{number}" for number in range(7)]
    assert [page["pending"] for page in found] == [5, 2, 0]
    assert all(len(page["results"]) <= 3 for page in found)


def test_no_limit_is_above_a_thousand(ask: Asking, north: Database) -> None:
    north.bulk(documents(1100))
    page = ask("bob", f"{NORTH}/_delta?since=0&limit=100000").json
    assert (len(page["results"]), page["pending"]) == (999, 101)


def test_large_documents_make_smaller_pages(ask: Asking, north: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "MOST_BYTES", 10_000)
    monkeypatch.setattr(delta, "LEAF_PAGE", 4)
    north.bulk([{"_id": f"customer:{number}", "note": "x" * 4000} for number in range(10)])
    found = list(pages(ask, 1000))
    assert sorted(name for page in found for name in ids(page)) == sorted(f"customer:{number}" for number in range(10))
    assert max(len(page["results"]) for page in found) == 3
    assert [page["pending"] for page in found] == sorted((page["pending"] for page in found), reverse=True)


def test_a_single_document_always_fits(ask: Asking, north: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "MOST_BYTES", 1)
    north.bulk(documents(3))
    assert [len(page["results"]) for page in pages(ask, 1000) if page["results"]] == [1, 1, 1]


def test_nothing_new_is_one_small_answer(ask: Asking, north: Database) -> None:
    north.bulk(documents(3))
    manifest = ask.manifest("bob", NORTH)
    answer = ask("bob", f"{NORTH}/_delta?since={manifest['sequence']}")
    expected = {"generation": manifest["generation"], "results": [], "pending": 0}
    assert {name: answer.json[name] for name in expected} == expected
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(answer.data) < 600


def test_a_design_document_only_moves_the_sequence(ask: Asking, north: Database) -> None:
    before = ask.manifest("bob", NORTH)["sequence"]
    north.put({"_id": "_design/other", "views": {}})
    found = ask("bob", f"{NORTH}/_delta?since={before}").json
    assert (found["results"], found["pending"]) == ([], 0)
    assert ask("bob", f"{NORTH}/_delta?since={found['last_sequence']}").json["results"] == []


@pytest.mark.parametrize(("accepted", "packed"), [("gzip, br", True), ("br", False), ("", False), ("gzip;q=0", False)])
def test_it_is_packed_for_whoever_takes_that(ask: Asking, north: Database, accepted: str, packed: bool) -> None:
    north.bulk(documents(50))
    answer = ask("bob", f"{NORTH}/_delta?since=0", {"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)
    found = json.loads(gzip.decompress(answer.data) if packed else answer.data)
    assert len(found["results"]) == 50


COOKIE = "AuthSession=renewed; Version=1; Path=/; HttpOnly"


@pytest.fixture
def renewing(settings: Settings, people: People) -> Iterator[tuple[Flask, Recorder]]:
    """A console whose CouchDB prolongs every session."""

    def answer(exchange: Exchange) -> None:
        body = {"results": [], "last_seq": "1-x", "pending": 0, "instance_start_time": "1", "at": "x"}
        headers = () if exchange.headers.get("Authorization") else (("Set-Cookie", COOKIE), ("Set-Cookie", "other=1"))
        exchange.reply(json.dumps(body).encode(), headers=headers)

    with Recorder() as couch:
        couch.answer = answer
        away = settings.model_copy(update={"couchdb_url": f"http://admin:secret@{couch.address}"})
        yield create_app(away), couch
        session().close()


def test_it_hands_on_the_session_that_couchdb_prolongs_and_keeps_it_from_everybody_else(
    renewing: tuple[Flask, Recorder],
) -> None:
    app, couch = renewing
    client = app.test_client(use_cookies=False)
    answer = client.get("/couch/catalog/_delta?since=1", headers={"Cookie": "AuthSession=mine; roadbook=console"})
    assert answer.status_code == 200
    assert set(answer.headers.getlist("Set-Cookie")) == {COOKIE}
    asked = [request for request in couch.requests if request.target.startswith("/catalog")]
    assert {request.headers["Cookie"] for request in asked} == {"AuthSession=mine"}
    couch.requests.clear()
    client.get("/couch/catalog/_delta?since=1")
    asked = [request for request in couch.requests if request.target.startswith("/catalog")]
    assert [("Cookie" in request.headers, "Authorization" in request.headers) for request in asked] == [
        (False, False)
    ] * len(asked)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "127.0.0.1"),
        ({"X-Forwarded-For": "10.9.8.7"}, "10.9.8.7"),
        ({"X-Forwarded-For": "1.1.1.1, 2.2.2.2"}, "2.2.2.2"),
    ],
)
def test_couchdb_hears_for_whom_it_is_asked(renewing: tuple[Flask, Recorder], sent: dict[str, str], told: str) -> None:
    app, couch = renewing
    app.test_client().get("/couch/catalog/_delta?since=1", headers=sent)
    asked = [request for request in couch.requests if request.target.startswith("/catalog")]
    assert {request.headers["X-Forwarded-For"] for request in asked} == {told}


@pytest.mark.parametrize("cookie", ['AuthSession="a\\012b"', "AuthSession=a b", "AuthSession=\xff"])
def test_a_cookie_that_is_none_of_couchdbs_goes_no_further(renewing: tuple[Flask, Recorder], cookie: str) -> None:
    app, couch = renewing
    client = app.test_client(use_cookies=False)
    assert client.get("/couch/catalog/_delta?since=1", headers={"Cookie": cookie}).status_code in (200, 400)
    asked = [request for request in couch.requests if request.target.startswith("/catalog")]
    assert not [request for request in asked if "Cookie" in request.headers]
