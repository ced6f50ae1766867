"""`connector.quickbooks.batches`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import QuickBooksFault, QuickBooksUnreachable, Throttled, UnknownOutcome
from connector.quickbooks.batches import BatchItem, batch_body, outcomes_of

ITEMS = [
    BatchItem("create", "Estimate", b'{"TotalAmt":10.50}'),
    BatchItem("update", "Customer", '{"Id":"7","Notes":"é"}'.encode()),
    BatchItem.query("SELECT * FROM Item WHERE Name = 'a\"b'"),
    BatchItem("delete", "Estimate", b'{"Id":"9","SyncToken":"0"}', bid="left-over"),
]


def fault(code: str) -> dict[str, Any]:
    return {"Error": [{"Message": "m", "code": code, "element": ""}], "type": "ValidationFault"}


def test_it_puts_the_bytes_of_every_item_in_as_they_are() -> None:
    body = batch_body(ITEMS, "b" * 36)

    assert b'"Estimate":{"TotalAmt":10.50}}' in body
    assert json.loads(body) == {
        "BatchItemRequest": [
            {"bId": "1", "operation": "create", "Estimate": {"TotalAmt": 10.5}},
            {"bId": "2", "operation": "update", "Customer": {"Id": "7", "Notes": "é"}},
            {"bId": "3", "Query": "SELECT * FROM Item WHERE Name = 'a\"b'"},
            {"bId": "left-over", "operation": "delete", "Estimate": {"Id": "9", "SyncToken": "0"}},
        ]
    }
    assert batch_body(list(ITEMS), "b" * 36) == body


@pytest.mark.parametrize(
    ("items", "request_id", "complaint"),
    [
        ([], "r", "1 to 30 items, not 0"),
        ([ITEMS[0]] * 31, "r", "1 to 30 items, not 31"),
        (ITEMS, "r" * 37, "1 to 36 characters, not 37"),
        (ITEMS, "", "1 to 36 characters, not 0"),
        ([BatchItem("create", "Estimate", b"{}", bid="eleven-long")], "r", "at most 10"),
        ([BatchItem("create", "Estimate", b"{}", bid="2"), ITEMS[0]], "r", "differ"),
    ],
)
def test_it_refuses_what_quickbooks_would_misread(items: list[BatchItem], request_id: str, complaint: str) -> None:
    if complaint == "differ":
        items = [items[0], items[1]]  # "2" by name and "2" by position
    with pytest.raises(ValueError, match=complaint):
        batch_body(items, request_id)


def test_it_gives_every_item_its_own_outcome_in_the_order_of_the_items() -> None:
    answer = {
        "BatchItemResponse": [
            {"bId": "left-over", "Estimate": {"Id": "9", "status": "Deleted"}},
            {"bId": "3", "QueryResponse": {"Item": [{"Id": "4"}], "startPosition": 1, "maxResults": 1}},
            {"bId": "2", "Fault": fault("5010")},
            {"bId": "1", "Estimate": {"Id": "11"}},
        ]
    }

    created, updated, found, deleted = outcomes_of(answer, ITEMS)

    assert created.result() == {"Id": "11"}
    assert isinstance(updated.error, QuickBooksFault) and updated.error.code == "5010"
    assert found.rows == [{"Id": "4"}]
    assert deleted.result()["status"] == "Deleted"
    with pytest.raises(QuickBooksFault):
        updated.result()
    with pytest.raises(TypeError):
        found.result()


@pytest.mark.parametrize(
    ("row", "of_a_write", "of_a_query"),
    [
        (None, UnknownOutcome, UnknownOutcome),
        ({"bId": "1", "Fault": fault("3001")}, Throttled, Throttled),
        ({"bId": "1", "Fault": fault("10000")}, UnknownOutcome, QuickBooksUnreachable),
        ({"bId": "1", "fault": {"error": [{"code": "6190"}]}}, QuickBooksFault, QuickBooksFault),
    ],
)
def test_it_tells_an_items_fault(
    row: dict[str, Any] | None, of_a_write: type[Exception], of_a_query: type[Exception]
) -> None:
    answer = {"BatchItemResponse": [row] if row else []}

    assert type(outcomes_of(answer, ITEMS[:1])[0].error) is of_a_write
    assert type(outcomes_of(answer, [BatchItem.query("SELECT * FROM Item")])[0].error) is of_a_query


@pytest.mark.parametrize(
    "answer", [{}, {"BatchItemResponse": None}, {"BatchItemResponse": [{"bId": "1", "Invoice": {}}]}]
)
def test_it_says_unknown_for_an_item_without_an_answer(answer: dict[str, Any]) -> None:
    (outcome,) = outcomes_of(answer, ITEMS[:1])

    assert isinstance(outcome.error, UnknownOutcome)
