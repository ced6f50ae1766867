"""Changes in QuickBooks are read whole: in one call as a rule, by others when there are too many or it was long ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.errors import FaultDetail, QuickBooksFault, QuickBooksUnreachable
from connector.quickbooks.changes import Change, ChangeReader, changes_in, text_of, time_of

NOW = datetime.fromisoformat("2026-11-20T02:00:00-08:00")
MOST = 1000
TOO_OLD = QuickBooksFault(400, (FaultDetail("500", "Unsupported Operation"),))

Dated = dict[str, tuple[datetime, dict[str, Any]]]


class Books:
    """QuickBooks as it documents itself: 1000 objects an answer, 30 days back, living entities before deleted ones."""

    def __init__(self) -> None:
        self.living: dict[str, Dated] = {"Estimate": {}, "Invoice": {}}
        self.deleted: dict[str, dict[str, datetime]] = {"Estimate": {}, "Invoice": {}}
        self.calls: list[str] = []

    def add(self, kind: str, count: int, ago: timedelta, step: timedelta = timedelta(0)) -> None:
        """Entities, the last of them changed `ago`, each `step` after the one before."""
        for number in range(count):
            moment = NOW - ago - step * (count - number - 1)
            id = str(len(self.living[kind]) + 1)
            entity = {"Id": id, "SyncToken": "0", "MetaData": {"LastUpdatedTime": text_of(moment)}}
            self.living[kind][id] = moment, entity

    def delete(self, kind: str, id: str, ago: timedelta) -> None:
        self.deleted[kind][id] = NOW - ago

    def capture(self, entities: str, since: str) -> dict[str, Any]:
        self.calls.append("cdc")
        start = datetime.fromisoformat(since)
        if start < NOW - timedelta(days=30):
            raise TOO_OLD
        left, parts = MOST, []
        for kind in entities.split(","):
            rows = [entity for moment, entity in self.living[kind].values() if moment >= start]
            rows += [{"Id": id, "status": "Deleted"} for id, moment in self.deleted[kind].items() if moment >= start]
            rows, left = rows[:left], left - len(rows[:left])
            parts.append({kind: rows, "startPosition": 1, "maxResults": len(rows)} if rows else {})
        return {"CDCResponse": [{"QueryResponse": parts}], "time": NOW.isoformat()}

    def query(self, statement: str) -> dict[str, Any]:
        self.calls.append("query")
        words = statement.split()
        kind, start = words[words.index("FROM") + 1], datetime.fromisoformat(words[words.index(">=") + 1].strip("'"))
        first = int(words[words.index("STARTPOSITION") + 1]) - 1
        rows = [entity for moment, entity in self.living[kind].values() if moment >= start]
        page = rows[first : first + MOST]
        return {"QueryResponse": {kind: page} if page else {}, "time": NOW.isoformat()}


def read(books: Books, ago: timedelta, *kinds: str) -> tuple[set[tuple[str, str, bool]], str | None]:
    """What is found: kind, id and whether it is deleted; and what could not be seen."""
    found = ChangeReader(books.capture, books.query).read(kinds or ("Estimate", "Invoice"), NOW - ago)
    assert found.at == NOW
    return {(change.kind, change.id, change.entity is None) for change in found.changes}, found.unseen


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_a_few_changes_cost_one_call() -> None:
    books = Books()
    books.add("Estimate", 2, MINUTE)
    books.delete("Invoice", "9", MINUTE)
    books.delete("Invoice", "8", 2 * HOUR)
    found, unseen = read(books, HOUR)
    assert found == {("Estimate", "1", False), ("Estimate", "2", False), ("Invoice", "9", True)}
    assert (unseen, books.calls) == (None, ["cdc"])


def test_two_kinds_that_fill_an_answer_together_are_asked_for_one_by_one() -> None:
    books = Books()
    books.add("Estimate", 600, MINUTE)
    books.add("Invoice", 600, MINUTE)
    books.delete("Invoice", "9999", MINUTE)
    found, unseen = read(books, HOUR)
    assert len(found) == 1201
    assert ("Invoice", "9999", True) in found
    assert (unseen, books.calls) == (None, ["cdc"] * 3)


@pytest.mark.parametrize("count", [999, 1000, 1001, 2500])
def test_more_than_an_answer_holds_is_read_by_query_and_deletions_by_a_shorter_time(count: int) -> None:
    books = Books()
    books.add("Estimate", count, timedelta(0), timedelta(seconds=1))
    books.delete("Estimate", "9999", timedelta(seconds=30))
    books.delete("Estimate", "9998", timedelta(seconds=2600))
    found, unseen = read(books, timedelta(seconds=2700), "Estimate")
    assert {row for row in found if not row[2]} == {("Estimate", str(id + 1), False) for id in range(count)}
    assert ("Estimate", "9999", True) in found
    assert unseen is not None and "was deleted between" in unseen


def test_a_crowd_of_one_second_hides_deletions_and_says_so() -> None:
    books = Books()
    books.add("Estimate", 1500, MINUTE)
    books.delete("Estimate", "9999", MINUTE)
    found, unseen = read(books, HOUR, "Estimate")
    assert len(found) == 1500
    assert unseen is not None and unseen.startswith("which Estimate was deleted since")
    assert books.calls == ["cdc", "query", "query", "query", "cdc"]


def test_what_was_long_ago_is_read_by_query_and_the_last_29_days_by_capture() -> None:
    books = Books()
    books.add("Estimate", 1, timedelta(days=50))
    books.add("Invoice", 1, MINUTE)
    books.delete("Estimate", "8", timedelta(days=40))
    books.delete("Estimate", "9", timedelta(days=20))
    found, unseen = read(books, timedelta(days=60))
    assert found == {("Estimate", "1", False), ("Invoice", "1", False), ("Estimate", "9", True)}
    assert unseen == f"what was deleted before {text_of(NOW - timedelta(days=29))}"


def test_other_refusals_are_passed_on() -> None:
    def refuse(entities: str, since: str) -> dict[str, Any]:
        raise QuickBooksFault(403, (FaultDetail("3100"),))

    with pytest.raises(QuickBooksFault):
        ChangeReader(refuse, Books().query).read(["Estimate"], NOW)


@pytest.mark.parametrize(
    "response",
    [
        [{"QueryResponse": [{}, {"Estimate": [{"Id": "1"}, {"Id": 2, "status": "Deleted"}], "maxResults": 2}]}],
        [
            {"QueryResponse": [{"Estimate": [{"Id": "1"}]}]},
            {"QueryResponse": [{"Estimate": [{"Id": 2, "status": "deleted"}]}]},
        ],
        {"QueryResponse": {"Estimate": [{"Id": "1"}, {"Id": 2, "status": "Deleted"}], "startPosition": 1}},
    ],
    ids=["as documented", "one response a kind", "without lists"],
)
def test_it_reads_every_shape_of_an_answer(response: Any) -> None:
    assert list(changes_in({"CDCResponse": response})) == [
        Change("Estimate", "1", {"Id": "1"}),
        Change("Estimate", "2"),
    ]


@pytest.mark.parametrize("response", [[], {}, None, [{}], [{"QueryResponse": [{}]}], [{"QueryResponse": None}], ["x"]])
def test_an_answer_without_changes_has_none(response: Any) -> None:
    assert list(changes_in({"CDCResponse": response})) == []


@pytest.mark.parametrize("answer", [{}, {"QueryResponse": {}}])
def test_another_answer_is_not_taken_for_one_without_changes(answer: Mapping[str, Any]) -> None:
    with pytest.raises(QuickBooksUnreachable):
        list(changes_in(answer))


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("2026-01-15T05:58:16.187-08:00", "2026-01-15T05:58:16-08:00"),
        ("2026-07-15T05:58:16.999+05:30", "2026-07-15T05:58:16+05:30"),
        ("2026-07-15T05:58:16Z", "2026-07-15T05:58:16+00:00"),
    ],
)
def test_a_time_keeps_its_offset(time: str, text: str) -> None:
    assert text_of(time_of({"time": time})) == text


@pytest.mark.parametrize("time", [None, "", "soon", "2026-01-15T05:58:16", 7])
def test_a_time_without_offset_is_none(time: Any) -> None:
    with pytest.raises(QuickBooksUnreachable):
        time_of({"time": time})


def test_the_first_answers_time_counts_when_there_are_several() -> None:
    books, moments = Books(), iter([NOW, NOW + MINUTE, NOW + 2 * MINUTE])
    books.add("Estimate", 600, MINUTE)
    books.add("Invoice", 600, MINUTE)

    def capture(entities: str, since: str) -> dict[str, Any]:
        return books.capture(entities, since) | {"time": next(moments).astimezone(UTC).isoformat()}

    assert ChangeReader(capture, books.query).read(["Estimate", "Invoice"], NOW - HOUR).at == NOW
