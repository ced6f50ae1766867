"""`connector.reconciliation.form_reader`: few and large reads, on a server that answers by script."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import QuickBooksUnreachable
from connector.quickbooks.gateway import Gateway
from connector.reconciliation.form_reader import PAGE, TOGETHER, FormReader

MOMENT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


def page(ids: Any) -> dict[str, Any]:
    rows = [{"Id": str(number)} for number in ids]
    return {"QueryResponse": {"Estimate": rows, "startPosition": 1, "maxResults": len(rows)} if rows else {}}


def test_it_asks_for_what_changed_in_pages_of_1000(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body=page(range(PAGE))), answer(body=page(range(PAGE, PAGE + 5))))
    told: list[int] = []
    books = FormReader(gateway, lambda entity, count: told.append(count))
    assert len(list(books.changed_since("Estimate", MOMENT))) == PAGE + 5
    where = "SELECT * FROM Estimate WHERE MetaData.LastUpdatedTime >= '2026-11-25T02:30:00+00:00'"
    assert [seen.body.decode() for seen in server.seen] == [
        f"{where} STARTPOSITION 1 MAXRESULTS 1000",
        f"{where} STARTPOSITION 1001 MAXRESULTS 1000",
    ]
    assert (books.reads, told) == (2, [PAGE, PAGE + 5])


@pytest.mark.parametrize(
    ("pages", "forms"),
    [
        ([[]], 0),
        ([range(PAGE), []], PAGE),
        ([range(PAGE + 1), range(PAGE, PAGE + 3)], PAGE + 3),
        ([range(PAGE), range(PAGE)], PAGE),
    ],
    ids=["nothing", "a last page that is full", "a row too many, which comes again", "the same page for ever"],
)
def test_its_pages_come_to_an_end(server: Any, answer: Any, gateway: Gateway, pages: Any, forms: int) -> None:
    server.will(*(answer(body=page(ids)) for ids in pages))
    books = FormReader(gateway)
    assert len({form.id for form in books.changed_since("Estimate", MOMENT)}) == forms
    assert books.reads == len(pages)


def test_it_asks_for_many_ids_in_one_read(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body=page([1])), answer(body=page([])))
    books = FormReader(gateway)
    found = list(books.these("Estimate", [str(number).zfill(4) for number in range(TOGETHER + 1)] * 2))
    assert [form.id for form in found] == ["1"]
    assert server.seen[1].body == b"SELECT * FROM Estimate WHERE Id IN ('0300') MAXRESULTS 1000"
    assert len(server.seen[0].body) < 4000
    assert books.reads == 2


def test_it_asks_for_no_ids_without_a_read(gateway: Gateway) -> None:
    books = FormReader(gateway)
    assert list(books.these("Estimate", [])) == []
    assert books.reads == 0


def test_a_read_that_failed_is_not_counted(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(status=503, body=b"<html>"))
    books = FormReader(gateway)
    with pytest.raises(QuickBooksUnreachable):
        list(books.changed_since("Estimate", MOMENT))
    assert books.reads == 0
