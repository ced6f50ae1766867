"""`connector.quickbooks.gateway`: what each verb asks and what it makes of the answer."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import QuickBooksFault, QuickBooksUnreachable, Throttled, UnknownOutcome
from connector.quickbooks.batches import BatchItem
from connector.quickbooks.gateway import Gateway
from connector.quickbooks.pace import Pace


def page(entity: str, ids: range | list[str]) -> dict[str, Any]:
    rows = [{"Id": str(number)} for number in ids]
    return {"QueryResponse": {entity: rows, "startPosition": 1, "maxResults": len(rows)} if rows else {}}


def test_it_reads_money_as_exact_decimals(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body=b'{"Estimate":{"Id":"1","TotalAmt":1861.08,"Line":[{"LineNum":1,"Amount":0.10}]}}'))

    found = gateway.create("Estimate", b"{}", "r")

    assert found["TotalAmt"] == Decimal("1861.08") and isinstance(found["TotalAmt"], Decimal)
    assert found["Line"][0] == {"LineNum": 1, "Amount": Decimal("0.10")}


def test_it_updates_with_a_request_id(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body={"Estimate": {"Id": "1", "SyncToken": "1"}}))

    assert gateway.update("Estimate", b'{"Id":"1","SyncToken":"0","sparse":true}', "u")["SyncToken"] == "1"
    assert server.seen[0].parameters["requestid"] == "u"
    assert "operation" not in server.seen[0].parameters


@pytest.mark.parametrize("request_id", ["", "x" * 51])
def test_it_never_writes_without_a_usable_request_id(gateway: Gateway, request_id: str) -> None:
    with pytest.raises(ValueError, match="request id"):
        gateway.create("Estimate", b"{}", request_id)
    with pytest.raises(ValueError, match="request id"):
        gateway.update("Estimate", b"{}", request_id)


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        (lambda books: books.read("Estimate", "5"), "/estimate/5", {"Estimate": {"Id": "5"}}),
        (lambda books: books.preferences(), "/preferences", {"Preferences": {"Id": "1"}}),
        (lambda books: books.company(), "/companyinfo/9130000000000001", {"CompanyInfo": {"Id": "1"}}),
    ],
    ids=["read", "preferences", "company"],
)
def test_it_reads_one_object(server: Any, answer: Any, gateway: Gateway, verb: Any, path: str, body: Any) -> None:
    server.will(answer(body=body), answer(body={"Other": {}}))

    assert [verb(gateway)] == list(body.values())
    assert (server.seen[0].method, server.seen[0].path.endswith(path)) == ("GET", True)
    with pytest.raises(QuickBooksUnreachable, match="without"):
        verb(gateway)


def test_it_does_not_let_an_id_become_a_path(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body={"Customer": {"Id": "1"}}))

    gateway.read("Customer", "../estimate/1?x=1")
    assert server.seen[0].path == "/v3/company/9130000000000001/customer/..%2Festimate%2F1%3Fx%3D1"


def test_it_sends_a_statement_as_it_is(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body=page("Customer", ["7"])))
    statement = "SELECT * FROM Customer WHERE DisplayName = 'Café & Ölçü %'"

    assert gateway.query(statement) == [{"Id": "7"}]
    (seen,) = server.seen
    assert (seen.method, seen.headers["content-type"], seen.body) == ("POST", "application/text", statement.encode())


def test_it_pages_until_a_page_is_empty(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(
        answer(body=page("Item", range(1, 1001))),
        answer(body=page("Item", range(1001, 1004))),
        answer(body=page("Item", [])),
    )

    assert [row["Id"] for row in gateway.query_all("Item")] == [str(number) for number in range(1, 1004)]
    assert [seen.body.decode().partition("STARTPOSITION ")[2] for seen in server.seen] == [
        "1 MAXRESULTS 1000",
        "1001 MAXRESULTS 1000",
        "1004 MAXRESULTS 1000",
    ]
    assert b"ORDER" not in server.seen[0].body.upper()


def test_it_neither_loops_over_pseudo_rows_nor_skips_the_row_behind_them(
    server: Any, answer: Any, gateway: Gateway
) -> None:
    pseudo = ["TAX", "NON", "CustomSalesTax"]
    server.will(
        answer(body=page("TaxCode", pseudo + [str(number) for number in range(1, 1001)])),
        answer(body=page("TaxCode", [*pseudo, "1001"])),
        answer(body=page("TaxCode", pseudo)),
    )

    found = [row["Id"] for row in gateway.query_all("TaxCode")]

    assert found == pseudo + [str(number) for number in range(1, 1002)]
    assert b"STARTPOSITION 1001 " in server.seen[1].body


def test_it_counts(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body={"QueryResponse": {"totalCount": 6}}), answer(body={"QueryResponse": {}}))

    assert gateway.count("Estimate") == 6
    with pytest.raises(QuickBooksUnreachable):
        gateway.count("Estimate")


@pytest.mark.parametrize("day", [date(2026, 3, 2), "2026-03-02"])
def test_it_looks_for_the_estimates_of_a_customer_and_a_day(
    server: Any, answer: Any, gateway: Gateway, day: date | str
) -> None:
    server.will(answer(body=page("Estimate", ["4", "5"])), answer(body=page("Estimate", [])))

    assert [row["Id"] for row in gateway.find_sales("Estimate", "5'8", day)] == ["4", "5"]
    assert rb"WHERE CustomerRef = '5\'8' AND TxnDate = '2026-03-02' STARTPOSITION 1" in server.seen[0].body


def test_it_sends_a_batch_and_restores_the_order(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(
        answer(
            body={
                "BatchItemResponse": [
                    {"bId": "2", "Fault": {"Error": [{"Message": "m", "code": "6240"}]}},
                    {"bId": "1", "Estimate": {"Id": "8"}},
                ]
            }
        )
    )
    items = [BatchItem("create", "Estimate", b'{"a":1}'), BatchItem("create", "Customer", b'{"b":2}')]

    first, second = gateway.batch(items, "batch-1")

    assert first.result() == {"Id": "8"}
    assert isinstance(second.error, QuickBooksFault)
    assert server.seen[0].parameters == {"minorversion": "75", "requestid": "batch-1"}
    assert json.loads(server.seen[0].body)["BatchItemRequest"][1] == {
        "bId": "2",
        "operation": "create",
        "Customer": {"b": 2},
    }


@pytest.mark.parametrize(
    ("items", "error"),
    [
        ([BatchItem("create", "Estimate", b"{}")], UnknownOutcome),
        ([BatchItem.query("SELECT * FROM Item"), BatchItem("create", "Estimate", b"{}")], UnknownOutcome),
        ([BatchItem.query("SELECT * FROM Item")], QuickBooksUnreachable),
    ],
)
def test_it_does_not_know_the_fate_of_a_batch_whose_answer_is_lost(
    server: Any, answer: Any, gateway: Gateway, items: list[BatchItem], error: type[Exception]
) -> None:
    server.will(answer(ending="closed"))

    with pytest.raises(error):
        gateway.batch(items, "batch-1")


@pytest.mark.parametrize("lost", [{"ending": "closed"}, {"ending": "cut"}, {"status": 503}, {"status": 200}])
def test_it_repeats_a_batch_with_the_very_same_bytes(
    server: Any, answer: Any, gateway: Gateway, lost: dict[str, Any]
) -> None:
    items = [BatchItem("create", "Estimate", b'{"TotalAmt":10.50}'), BatchItem("create", "Customer", b"{}", "c")]
    rows = [{"bId": "c", "Customer": {"Id": "8"}}, {"bId": "1", "Estimate": {"Id": "7"}}]
    server.will(answer(**lost), answer(body={"BatchItemResponse": rows}))

    with pytest.raises(UnknownOutcome):
        gateway.batch(items, "batch-1")
    outcomes = gateway.batch(items, "batch-1")

    first, second = server.seen
    assert (first.body, first.parameters) == (second.body, second.parameters)
    assert [outcome.result()["Id"] for outcome in outcomes] == ["7", "8"]


def test_it_freezes_the_realm_when_one_item_is_throttled(
    server: Any, answer: Any, gateway: Gateway, pace: Pace
) -> None:
    server.will(answer(body={"BatchItemResponse": [{"bId": "1", "Fault": {"Error": [{"code": "003001"}]}}]}))

    (outcome,) = gateway.batch([BatchItem("create", "Estimate", b"{}")], "batch-1")

    assert isinstance(outcome.error, Throttled)
    assert pace.frozen_for() > 59
