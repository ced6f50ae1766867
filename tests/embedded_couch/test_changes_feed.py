"""Changes feeds: what each kind sends, the filters, and how much is pending."""

from __future__ import annotations

import itertools
import json
import random
import threading

import pytest


def fill(database, count, first=0):
    documents = [{"_id": f"d{number}", "n": number} for number in range(first, first + count)]
    assert database("POST", "_bulk_docs", {"docs": documents}).status_code == 201


def ids(feed):
    return [change["id"] for change in feed["results"]]


def test_pages_end_with_exactly_what_is_pending(database):
    fill(database, 1000)
    since, seen = 0, 0
    while True:
        page = database("GET", f"_changes?since={since}&limit=170").json()
        seen += len(page["results"])
        assert page["pending"] == 1000 - seen
        since = page["last_seq"]
        if not page["pending"]:
            break
    assert seen == 1000


def test_a_limit_of_nothing_sends_nothing_but_counts(database):
    fill(database, 5)
    page = database("GET", "_changes?limit=0").json()
    assert (page["results"], page["pending"]) == ([], 5)
    assert database("GET", "_changes?since=now&limit=0").json()["pending"] == 0


def test_a_document_counts_once_however_often_it_changed(database):
    fill(database, 20)
    chance = random.Random(7)
    for _ in range(40):
        name = f"d{chance.randrange(20)}"
        found = database("GET", name).json()
        revision = f"?rev={found['_rev']}" if "_rev" in found else ""
        method = "DELETE" if revision and chance.random() < 0.2 else "PUT"
        assert database(method, name + revision, {"n": 0}).status_code in (200, 201)
        since = chance.choice([0, 5, 19, 25])
        behind = database("GET", f"_changes?since={since}").json()
        counted = database("GET", f"_changes?since={since}&limit=0").json()
        assert counted["pending"] == len(behind["results"])


def test_what_is_written_after_a_count_is_counted(database):
    for expected in range(1, 6):
        database("PUT", f"d{expected}", {})
        assert database("GET", "_changes?limit=0").json()["pending"] == expected


@pytest.mark.parametrize(
    ("query", "body", "expected"),
    [
        ("filter=_doc_ids", {"doc_ids": ["d1", "d3"]}, ["d1", "d3"]),
        ("filter=_selector", {"selector": {"n": {"$gte": 3}}}, ["d3", "d4"]),
        ("filter=_design", {}, ["_design/app"]),
        ("filter=app/below&top=2", {}, ["d0", "d1"]),
        ("filter=_view&view=app/odd", {}, ["d1", "d3"]),
        ("limit=2&since=1", {}, ["d1", "d2"]),
        ("descending=true&limit=2", {}, ["_design/app", "d4"]),
    ],
)
def test_a_filter_sends_only_what_it_lets_through(database, query, body, expected):
    fill(database, 5)
    design = {
        "filters": {"below": "function (doc, request) { return doc.n < Number(request.query.top); }"},
        "views": {"odd": {"map": "function (doc) { if (doc.n % 2) emit(doc.n); }"}},
    }
    assert database("PUT", "_design/app", design).status_code == 201
    assert ids(database("POST", f"_changes?{query}", body).json()) == expected


@pytest.mark.parametrize(
    ("query", "status"),
    [("since=odd", 400), ("limit=odd", 400), ("limit=-1", 400), ("filter=app/never", 404), ("filter=_selector", 400)],
)
def test_a_feed_that_makes_no_sense_is_refused(database, query, status):
    assert database("GET", f"_changes?{query}").status_code == status


def test_a_long_poll_answers_at_once_when_there_is_something(database):
    fill(database, 3)
    assert ids(database("GET", "_changes?feed=longpoll").json()) == ["d0", "d1", "d2"]


def test_a_long_poll_waits_for_the_next_change(database):
    answers = []
    with database("GET", "_changes?feed=longpoll&since=now&heartbeat=10000", stream=True) as waiting:
        reader = threading.Thread(target=lambda: answers.append(waiting.json()))
        reader.start()
        database.admin.session.post(f"{database.admin.address}/{database.name}", json={"_id": "news"}, timeout=20)
        reader.join(20)
    assert ids(answers[0]) == ["news"]


def test_a_long_poll_ends_empty_when_its_time_is_up(database):
    fill(database, 1)
    page = database("GET", "_changes?feed=longpoll&since=now&timeout=50").json()
    assert (page["results"], page["last_seq"]) == ([], 1)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_continuous_feed_sends_each_change_as_it_happens(database, encoding):
    fill(database, 1)
    path = "_changes?feed=continuous&limit=3&timeout=10000"
    with database("GET", path, headers={"Accept-Encoding": encoding}, stream=True) as feed:
        lines = feed.iter_lines(chunk_size=1)
        seen = [json.loads(next(lines))["id"]]
        for name in ("news", "more"):
            database("PUT", name, {})
            seen.append(json.loads(next(lines))["id"])
        assert seen == ["d0", "news", "more"]
        assert json.loads(next(lines))["last_seq"] == 3


def test_a_continuous_feed_beats_while_nothing_happens(database):
    with database("GET", "_changes?feed=continuous&heartbeat=30", stream=True) as feed:
        assert list(itertools.islice(feed.iter_content(1), 3)) == [b"\n"] * 3


def test_an_event_source_numbers_its_events(database):
    fill(database, 1)
    with database("GET", "_changes?feed=eventsource&limit=1", stream=True) as feed:
        data, number = [line for line in feed.iter_lines() if line][:2]
    assert json.loads(data.removeprefix(b"data: "))["id"] == "d0"
    assert number == b"id: 1"


def test_a_long_poll_for_named_documents_waits_for_one_of_them(database):
    wanted = {"doc_ids": ["news"]}
    answers = []
    with database("POST", "_changes?feed=longpoll&filter=_doc_ids&heartbeat=10000", wanted, stream=True) as waiting:
        reader = threading.Thread(target=lambda: answers.append(waiting.json()))
        reader.start()
        for name in ("other", "news"):
            database.admin.session.put(f"{database.admin.address}/{database.name}/{name}", json={}, timeout=20)
        reader.join(20)
    assert ids(answers[0]) == ["news"]
