"""Batches: independent items with an answer each, and what one item is known by."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, exact


def item(bid: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    """An item that creates an estimate with a note of its own."""
    return {"bId": bid, "operation": "create", "Estimate": estimate(PrivateNote=f"note {number}"), **fields}


def send(api: Api, items: list[dict[str, Any]], **parameters: str) -> list[dict[str, Any]]:
    """The answers of a batch that was taken as a whole."""
    answer = api.call("POST", "batch", {"BatchItemRequest": items}, **parameters)
    assert answer.status_code == 200, answer.text
    body = exact(answer)
    assert set(body) == {"BatchItemResponse", "time"}
    rows: list[dict[str, Any]] = body["BatchItemResponse"]
    return rows


def test_it_answers_every_item_on_its_own(api: Api) -> None:
    made = api.write("estimate", estimate())
    items = [
        item("first"),
        {"bId": "refused", "operation": "create", "Estimate": estimate(Line=[])},
        {"bId": "asked", "Query": "select count(*) from Customer"},
        {"bId": "changed", "operation": "update", "Estimate": {**head(made), "PrivateNote": "x"}},
        {"bId": "stale", "operation": "update", "Estimate": {**head(made), "PrivateNote": "y"}},
        {"bId": "gone", "operation": "delete", "Estimate": {"Id": made["Id"], "SyncToken": "1"}},
        {"bId": "named", "operation": "create", "Customer": {"DisplayName": "Emily"}},
        {"bId": "feed", "CDCQuery": {"Entities": "Customer", "ChangedSince": made["MetaData"]["CreateTime"]}},
        {"bId": "odd", "operation": "create", "Unicorn": {}},
        {"bId": "none"},
        {"bId": "misread", "Query": "select from"},
        {"bId": "merged", "operation": "merge", "Customer": {"Id": "1", "SyncToken": "0"}},
        {"bId": "text", "operation": "create", "Estimate": "text"},
        {"bId": "when", "CDCQuery": "yesterday"},
    ]
    answers = {row["bId"]: row for row in send(api, items)}

    assert list(answers) == [each["bId"] for each in items]
    assert answers["first"]["Estimate"]["PrivateNote"] == "note 1"
    assert answers["asked"]["QueryResponse"] == {"totalCount": 8}
    assert answers["changed"]["Estimate"]["SyncToken"] == "1"
    assert answers["gone"]["Estimate"] == {"domain": "QBO", "status": "Deleted", "Id": made["Id"]}
    assert answers["named"]["Customer"]["Id"] == "9"
    assert {row["Id"] for row in answers["feed"]["CDCResponse"][0]["QueryResponse"][0]["Customer"]} >= {"9"}
    codes = {bid: row["Fault"]["Error"][0]["code"] for bid, row in answers.items() if "Fault" in row}
    assert codes == {
        "refused": "2020",
        "stale": "5010",
        "odd": "500",
        "none": "500",
        "misread": "4000",
        "merged": "500",
        "text": "2010",
        "when": "2020",
    }


def head(made: dict[str, Any]) -> dict[str, Any]:
    return {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True}


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([item(str(number)) for number in range(31)], "1040"),
        ([], "2020"),
        (None, "2020"),
        (["text"], "2010"),
    ],
)
def test_it_refuses_a_batch_as_a_whole(api: Api, items: Any, code: str) -> None:
    assert [found for found, _ in api.errors("batch", {"BatchItemRequest": items})] == [code]
    assert api.estimates() == 0


def test_it_takes_thirty_items(api: Api) -> None:
    rows = send(api, [item(str(number), number) for number in range(30)])
    assert [row["Estimate"]["PrivateNote"] for row in rows] == [f"note {number}" for number in range(30)]
    assert api.estimates() == 30


def test_it_may_answer_in_another_order(api: Api) -> None:
    api.switch(batch_answers="reversed")
    rows = send(api, [item("1", 1), item("2", 2)])
    assert [(row["bId"], row["Estimate"]["PrivateNote"]) for row in rows] == [("2", "note 2"), ("1", "note 1")]


def test_it_wants_short_ids_once_there_is_a_request_id(api: Api) -> None:
    long = "x" * 11
    assert "Estimate" in send(api, [item(long)])[0]
    assert send(api, [item(long)], requestid="b-1")[0]["Fault"]["Error"][0]["code"] == "2050"
    assert "Estimate" in send(api, [item("x" * 10)], requestid="b-1")[0]
    assert api.errors("batch", {"BatchItemRequest": [item("1")]}, requestid="x" * 37) == [("2050", "requestid")]
    assert "Estimate" in send(api, [item("1")], requestid="x" * 36)[0]


def test_it_knows_an_item_by_request_id_and_bid(api: Api) -> None:
    first = send(api, [item("1", 1), item("2", 2)], requestid="b-1")
    again = send(api, [item("2", 2), item("1", 1)], requestid="b-1")
    alone = send(api, [item("2", 2)], requestid="b-1")
    others = send(api, [item("3", 3)], requestid="b-1") + send(api, [item("1", 1)], requestid="b-2")
    single = api.write("estimate", estimate(), requestid="b-1")

    assert again == first[::-1] and alone == first[1:]
    ids = [row["Estimate"]["Id"] for row in (*first, *others)] + [single["Id"]]
    assert len(set(ids)) == 5 == api.estimates()


def test_it_carries_a_refused_item_out_when_it_is_repaired(api: Api) -> None:
    assert "Fault" in send(api, [item("1", Estimate=estimate(Line=[]))], requestid="b-1")[0]
    assert "Estimate" in send(api, [item("1")], requestid="b-1")[0]


def test_it_takes_options_for_one_item(api: Api) -> None:
    api.switch(custom_transaction_numbers=True)
    api.write("estimate", estimate(DocNumber="RB-1"))
    invoice = api.write("invoice", estimate())
    body = estimate(DocNumber="RB-1")
    rows = send(
        api,
        [
            {"bId": "1", "operation": "create", "Estimate": body},
            {"bId": "2", "operation": "create", "optionsData": "allowduplicatedocnum", "Estimate": body},
            {"bId": "3", "operation": "update", "optionsData": "void", "Invoice": head(invoice)},
        ],
    )
    assert rows[0]["Fault"]["Error"][0]["code"] == "6140"
    assert rows[1]["Estimate"]["DocNumber"] == "RB-1"
    assert rows[2]["Invoice"]["PrivateNote"] == "Voided"
