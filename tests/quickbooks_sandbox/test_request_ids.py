"""Request ids: what is answered when one comes again."""

from __future__ import annotations

from typing import Any

import pytest

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.oauth import App
from quickbooks_sandbox.request_ids import identity, once
from quickbooks_sandbox.store import Store
from tests.quickbooks_sandbox.api import Api, estimate

DAY = 24 * 3600


def test_it_answers_again_byte_for_byte(api: Api) -> None:
    first = api.call("POST", "estimate", estimate(), requestid="order-1")
    api.write("estimate", {"Id": first.json()["Estimate"]["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    api.advance(3600)
    api.refresh()

    again = api.call("POST", "estimate", estimate(), requestid="order-1")

    assert again.content == first.content
    assert api.estimates() == 1


@pytest.mark.parametrize(
    ("path", "parameters", "body"),
    [
        ("estimate", {}, {"sparse": True, "PrivateNote": "x"}),
        ("estimate", {"operation": "delete"}, {}),
        ("invoice", {"operation": "void"}, {}),
    ],
)
def test_it_repeats_updates_and_deletions_too(
    api: Api, path: str, parameters: dict[str, str], body: dict[str, Any]
) -> None:
    made = api.write(path, estimate())
    change = {"Id": made["Id"], "SyncToken": "0", **body}
    first = api.call("POST", path, change, requestid="change-1", **parameters)
    assert first.status_code == 200
    assert api.call("POST", path, change, requestid="change-1", **parameters).content == first.content


def test_it_mails_once(api: Api) -> None:
    made = api.write("estimate", estimate())
    path = f"estimate/{made['Id']}/send"
    first = api.call("POST", path, sendTo="a@b.example", requestid="mail-1")
    assert api.call("POST", path, sendTo="a@b.example", requestid="mail-1").content == first.content
    assert api.control("GET", "state")["mails"] == 1


@pytest.mark.parametrize(("switch", "status"), [("replay", 200), ("fault600", 400)])
def test_it_does_with_another_body_as_it_is_told(api: Api, switch: str, status: int) -> None:
    api.switch(request_id_other_body=switch)
    first = api.call("POST", "estimate", estimate(), requestid="order-1")
    other = api.call("POST", "estimate", estimate(PrivateNote="other"), requestid="order-1")
    assert other.status_code == status
    if status == 200:
        assert other.content == first.content
    else:
        assert other.json()["Fault"]["Error"][0]["code"] == "600"
    assert api.call("POST", "estimate", estimate(), requestid="order-1").content == first.content
    assert api.estimates() == 1


@pytest.mark.parametrize(("retention", "advance", "estimates"), [(None, DAY - 60, 1), (None, DAY + 60, 2), (0.5, 1, 2)])
def test_it_forgets_after_the_retention(api: Api, retention: float | None, advance: float, estimates: int) -> None:
    if retention is not None:
        api.switch(request_id_retention_seconds=retention)
    api.write("estimate", estimate(), requestid="order-1")
    api.advance(advance)
    api.refresh()
    api.write("estimate", estimate(), requestid="order-1")
    assert api.estimates() == estimates


def test_it_does_not_remember_what_it_refused(api: Api) -> None:
    assert api.errors("estimate", estimate(Line=[]), requestid="order-1") == [("2020", "Line")]
    assert api.write("estimate", estimate(), requestid="order-1")["Id"]


@pytest.mark.parametrize(("length", "status"), [(1, 200), (50, 200), (51, 400)])
def test_it_wants_an_id_of_at_most_fifty_characters(api: Api, length: int, status: int) -> None:
    answer = api.call("POST", "estimate", estimate(), requestid="x" * length)
    assert answer.status_code == status


def test_it_takes_an_empty_id_for_none(api: Api) -> None:
    made = [api.write("estimate", estimate(), requestid="")["Id"] for _ in range(2)]
    batch = {"BatchItemRequest": [{"bId": "longer than ten", "operation": "create", "Estimate": estimate()}]}
    for _ in range(2):
        (item,) = api.call("POST", "batch", batch, requestid="").json()["BatchItemResponse"]
        made.append(item["Estimate"]["Id"])
    assert len(set(made)) == api.estimates() == 4


def test_it_knows_an_id_in_one_company_only() -> None:
    store = Store(None)
    first, second = (Company(realm, store, App("cid", "sec", "rt-0")) for realm in "12")

    def answer(company: Company, text: bytes) -> bytes:
        return once(company, identity(company, "order-1"), b"", lambda: text)

    assert [answer(first, b"1"), answer(second, b"2")] == [b"1", b"2"]
    assert [answer(first, b"3"), answer(second, b"4")] == [b"1", b"2"]
    assert identity(first, "a", "b") != identity(first, "a/b")


def test_a_refusal_may_be_remembered_too(api: Api) -> None:
    api.switch(request_id_faults="replayed")
    wrong = estimate(Line=[], CustomerRef={"value": "77"})
    first = api.errors("estimate", wrong, requestid="order-1")
    assert (
        first == api.errors("estimate", estimate(), requestid="order-1") == [("2500", "CustomerRef"), ("2020", "Line")]
    )
    assert api.write("estimate", estimate(), requestid="order-2")["Id"]
    api.advance(25 * 3600)
    api.refresh()
    assert api.write("estimate", estimate(), requestid="order-1")["Id"]


def test_sending_may_ignore_request_ids(api: Api) -> None:
    made = api.write("estimate", estimate(BillEmail={"Address": "a@b.example"}))
    path = f"estimate/{made['Id']}/send"
    for _ in range(2):
        api.write(path, b"", requestid="mail-1")
    assert len(api.control("GET", "mails")) == 1
    api.switch(request_id_on_send="ignored")
    for _ in range(2):
        api.write(path, b"", requestid="mail-2")
    assert len(api.control("GET", "mails")) == 3
