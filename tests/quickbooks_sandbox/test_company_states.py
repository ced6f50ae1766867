"""Companies that refuse, and faults that say so once."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.quickbooks_sandbox.api import Api, estimate


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code of an answer that refuses, in either shape."""
    document = answer.json()
    error = document["Fault"]["Error"] if "Fault" in document else document["fault"]["error"]
    return answer.status_code, error[0]["code"]


def test_a_subscription_that_ended_can_still_be_read(api: Api) -> None:
    made = api.write("estimate", estimate())
    api.switch(company_state="subscription_ended")
    assert api.errors("estimate", estimate()) == [("6190", "")]
    update = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    assert api.errors("estimate", update) == [("6190", "")]
    assert api.errors(f"estimate/{made['Id']}/send", b"", sendTo="a@b.example") == [("6190", "")]
    items = [{"bId": "1", "Estimate": estimate()}, {"bId": "2", "Query": "select * from Term"}]
    first, second = api.call("POST", "batch", {"BatchItemRequest": items}).json()["BatchItemResponse"]
    assert first["Fault"]["Error"][0]["code"] == "6190" and "QueryResponse" in second
    assert api.read(f"estimate/{made['Id']}") == made
    api.switch(company_state="open")
    assert api.write("estimate", update)["PrivateNote"] == "x"


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("company_locked", 400, "140"), ("maintenance", 400, "150"), ("access_lost", 401, "120")],
)
def test_other_states_refuse_everything(api: Api, state: str, status: int, code: str) -> None:
    api.switch(company_state=state)
    for answer in (api.call("GET", "estimate/1"), api.call("POST", "estimate", estimate())):
        assert refusal(answer) == (status, code)
    api.switch(company_state_status=503)
    assert api.call("GET", "estimate/1").status_code == (401 if code == "120" else 503)


def test_closed_books_keep_what_is_posted_as_it_is(api: Api) -> None:
    old = api.write("invoice", estimate(TxnDate="2026-01-15"))
    api.switch(books_closed_until="2026-01-31")
    assert api.errors("invoice", estimate(TxnDate="2026-01-31")) == [("6210", "")]
    assert api.errors("invoice", {"Id": old["Id"], "SyncToken": "0"}, operation="delete") == [("6210", "")]
    moved = {"Id": old["Id"], "SyncToken": "0", "sparse": True, "TxnDate": "2026-02-01"}
    assert api.errors("invoice", moved) == [("6210", "")]
    assert api.write("invoice", estimate(TxnDate="2026-02-01"))["Id"]
    assert api.write("estimate", estimate(TxnDate="2026-01-15"))["Id"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "subscription_ended"}, 400, "6190"),
        ({"kind": "books_closed"}, 400, "6210"),
        ({"kind": "company_locked"}, 400, "140"),
        ({"kind": "maintenance"}, 400, "150"),
        ({"kind": "access_lost"}, 401, "120"),
        ({"kind": "wrong_realm"}, 403, "3100"),
        ({"kind": "refuse", "code": "6540"}, 400, "6540"),
        ({"kind": "refuse", "code": "140", "status": 503}, 503, "140"),
    ],
)
def test_a_fault_refuses_once_and_does_nothing(api: Api, fault: dict[str, Any], status: int, code: str) -> None:
    api.control("POST", "faults", fault)
    assert refusal(api.call("POST", "estimate", estimate())) == (status, code)
    assert api.estimates() == 0
    assert api.write("estimate", estimate())["Id"]


def test_somebody_else_edits_first(api: Api) -> None:
    made = api.write("estimate", estimate())
    update = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "mine"}
    changes = {"CustomerMemo": {"value": "theirs"}}
    match = {"entity": "estimate", "operation": "update"}
    api.control("POST", "faults", {"kind": "edit_first", "match": match, "changes": changes})
    assert api.errors("estimate", update) == [("5010", "")]
    found = api.read(f"estimate/{made['Id']}")
    assert (found["SyncToken"], found["CustomerMemo"], "PrivateNote" in found) == ("1", {"value": "theirs"}, False)

    api.control("POST", "faults", {"kind": "edit_first", "match": {"entity": "batch"}})
    items = [{"bId": "1", "operation": "update", "Estimate": {**update, "SyncToken": "1"}}]
    (answer,) = api.call("POST", "batch", {"BatchItemRequest": items}).json()["BatchItemResponse"]
    assert answer["Fault"]["Error"][0]["code"] == "5010"
    assert api.write("estimate", {**update, "SyncToken": "2"})["PrivateNote"] == "mine"


def test_batch_items_are_throttled_inside_a_good_answer(api: Api) -> None:
    api.control("POST", "faults", {"kind": "throttle_item", "items": 2, "match": {"entity": "batch"}})
    items = [{"bId": str(number), "Estimate": estimate()} for number in range(3)]
    answer = api.call("POST", "batch", {"BatchItemRequest": items}, requestid="batch-1")
    done, *throttled = answer.json()["BatchItemResponse"]
    assert answer.status_code == 200 and "Estimate" in done
    assert [(item["bId"], item["Fault"]["Error"][0]["code"]) for item in throttled] == [("1", "3001"), ("2", "3001")]
    assert api.estimates() == 1
    again = api.call("POST", "batch", {"BatchItemRequest": items}, requestid="batch-1").json()["BatchItemResponse"]
    assert next(item["Estimate"]["Id"] for item in again) == done["Estimate"]["Id"]
    assert api.estimates() == 3


def test_a_batch_may_break_in_the_middle(api: Api) -> None:
    api.control("POST", "faults", {"kind": "break_batch", "items": 2, "match": {"entity": "batch"}})
    items = [{"bId": str(number), "Estimate": estimate()} for number in range(3)]
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "batch", {"BatchItemRequest": items}, requestid="batch-1")
    assert api.estimates() == 1
    api.call("POST", "batch", {"BatchItemRequest": items}, requestid="batch-1")
    assert api.estimates() == 3
