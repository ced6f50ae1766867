"""Faults on demand: what the client sees, and what has happened behind its back."""

from __future__ import annotations

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from quickbooks_sandbox.trouble import Trouble
from tests.quickbooks_sandbox.api import Api, estimate

FACTS = {"entity": "estimate", "operation": "create", "requestid": "order-1"}


def bytes_of_answer(api: Api, body: bytes) -> bytes:
    """Everything that a connection brings until it ends, after a create was sent over it."""
    address = urlsplit(api.sandbox.url)
    head = (
        f"POST /v3/company/{api.sandbox.realm}/estimate?requestid=order-1 HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {api.session.headers['Authorization']!s}\r\nAccept: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=15) as connection:
        connection.sendall(head.encode() + body)
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize(
    ("kind", "committed"),
    [
        ("drop_before_commit", 0),
        ("drop_after_commit", 1),
        ("timeout_before_commit", 0),
        ("timeout_after_commit", 1),
    ],
)
def test_it_drops_the_connection_without_a_byte(api: Api, kind: str, committed: int) -> None:
    api.control("POST", "faults", {"kind": kind, "seconds": 0.05, "match": {"entity": "Estimate"}})
    body = b'{"CustomerRef":{"value":"1"},"Line":[{"DetailType":"SalesItemLineDetail","Amount":35}]}'

    assert bytes_of_answer(api, body) == b""
    found = api.control("GET", "estimates")
    assert len(found) == committed

    again = api.write("estimate", body, requestid="order-1")
    (only,) = api.control("GET", "estimates")
    assert again["Id"] == only["Id"]
    assert found in ([], [only])
    assert api.control("GET", "state")["faults_struck"] == {kind: 1}


def test_it_cuts_an_answer_in_the_middle(api: Api) -> None:
    api.control("POST", "faults", {"kind": "cut_answer"})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.call("POST", "estimate", estimate(), requestid="order-1")
    assert api.write("estimate", estimate(), requestid="order-1")["Id"]
    assert api.estimates() == 1


@pytest.mark.parametrize(
    ("kind", "status", "content"),
    [
        ("status_500_html", 500, "text/html"),
        ("status_502", 502, "text/html"),
        ("status_503", 503, "text/html"),
        ("status_504", 504, "text/html"),
        ("severe_error", 500, "application/json"),
        ("throttle", 429, "application/json"),
        ("expire_token", 401, "application/json"),
        ("wrong_cluster", 401, "application/xml"),
    ],
)
def test_it_answers_with_a_failure_and_does_nothing(api: Api, kind: str, status: int, content: str) -> None:
    api.control("POST", "faults", {"kind": kind})
    answer = api.call("POST", "estimate", estimate())
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, content)
    assert api.estimates() == 0
    assert api.call("POST", "estimate", estimate()).status_code == 200


@pytest.mark.parametrize(
    ("kind", "text"), [("severe_error", '"code":"10000"'), ("wrong_cluster", 'code="130"'), ("expire_token", '"3200"')]
)
def test_it_gives_the_code_of_the_failure(api: Api, kind: str, text: str) -> None:
    api.control("POST", "faults", {"kind": kind})
    assert text in api.call("GET", "preferences").text


def test_it_is_slow_by_a_fraction_of_a_second(api: Api) -> None:
    api.control("POST", "faults", {"kind": "latency", "seconds": 0.15})
    started = time.monotonic()
    assert api.read("preferences")
    assert 0.15 <= time.monotonic() - started < 10


def test_it_strikes_only_what_matches_and_only_so_often(api: Api) -> None:
    api.control("POST", "faults", {"kind": "status_503", "count": 2, "skip": 1, "match": {"entity": "estimate"}})
    assert api.control("GET", "state")["faults_armed"] == ["status_503"]
    assert api.read("preferences")
    answers = [api.call("POST", "estimate", estimate()).status_code for _ in range(4)]
    assert answers == [200, 503, 503, 200]
    assert api.control("GET", "state")["faults_armed"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "parameters", "operation"),
    [
        ("POST", "estimate", estimate(), {}, "create"),
        ("POST", "estimate", estimate(SyncToken=0, Id=None), {}, "create"),
        ("POST", "estimate", estimate(ShipAddr={"Id": "2", "Line1": "Quay"}), {}, "create"),
        ("POST", "estimate", b'{"Id": "1", ', {}, "create"),
        ("POST", "estimate", {"Id": "1", "sparse": True}, {}, "update"),
        ("POST", "estimate", {"Id": "1", "SyncToken": "0"}, {}, "update"),
        ("POST", "estimate", {"Id": "1", "SyncToken": "0"}, {"operation": "delete"}, "delete"),
        ("POST", "estimate/1/send", None, {}, "send"),
        ("GET", "estimate/1", None, {}, "read"),
        ("POST", "query", b"select * from Item", {}, "query"),
        ("POST", "batch", {}, {}, "batch"),
    ],
)
def test_it_tells_operations_apart(
    api: Api, method: str, path: str, body: Any, parameters: dict[str, str], operation: str
) -> None:
    operations = ["create", "update", "delete", "send", "read", "query", "batch"]
    for other in (each for each in operations if each != operation):
        api.control("POST", "faults", {"kind": "status_502", "match": {"operation": other}})
    api.control("POST", "faults", {"kind": "status_503", "match": {"operation": operation}})
    assert api.call(method, path, body, **parameters).status_code == 503


def test_it_disarms_everything(api: Api) -> None:
    api.control("POST", "faults", {"kind": "status_503", "count": 99})
    api.control("DELETE", "faults")
    assert api.read("preferences")


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"kind": "earthquake"}, ValueError),
        ({}, ValueError),
        ({"kind": "latency", "seconds": -1}, ValueError),
        ({"kind": "latency", "count": 0}, ValueError),
        ({"kind": "latency", "skip": -1}, ValueError),
        ({"kind": "latency", "match": {"colour": "red"}}, ValueError),
        ({"kind": "latency", "strength": 3}, TypeError),
    ],
)
def test_it_arms_no_fault_that_it_does_not_know(wish: dict[str, Any], error: type[Exception]) -> None:
    trouble = Trouble()
    with pytest.raises(error):
        trouble.arm(wish)
    assert trouble.armed() == []


def test_it_uses_armed_faults_up_in_order() -> None:
    trouble = Trouble()
    trouble.arm({"kind": "latency", "match": {"requestid": "order-2"}})
    trouble.arm({"kind": "status_502"})
    trouble.arm({"kind": "status_503"})
    struck = [trouble.strike(FACTS) for _ in range(3)]
    assert [each.kind if each else None for each in struck] == ["status_502", "status_503", None]
    assert trouble.armed() == ["latency"]
