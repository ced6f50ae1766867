"""`connector.quickbooks.transport`: strange answers, lost answers, tokens, pace, what is logged."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.errors import (
    CallsRefused,
    Disconnected,
    QuickBooksError,
    QuickBooksFault,
    QuickBooksUnreachable,
    Throttled,
    UnknownOutcome,
)
from connector.quickbooks.gateway import Gateway
from connector.quickbooks.pace import Pace
from connector.quickbooks.transport import Transport

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
XML_FAULT = (
    b'<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
    b'<Error code="%s"><Message>m</Message></Error></Fault></IntuitResponse>'
)
EXPIRED = {"fault": {"error": [{"message": "AuthenticationFailed", "code": "3200"}], "type": "AUTHENTICATION"}}
ESTIMATE = {"Estimate": {"Id": "177", "TotalAmt": 94.50}, "time": "2026-02-01T10:00:00.321-08:00"}
BODY = b'{"CustomerRef":{"value":"58"}}'


def test_it_sends_the_bytes_the_token_and_the_request_id(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(body=ESTIMATE))

    gateway.create("Estimate", BODY, "9f0c")

    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", f"/v3/company/{gateway.realm}/estimate")
    assert seen.parameters == {"minorversion": "75", "requestid": "9f0c"}
    assert seen.body == BODY
    assert seen.headers["authorization"] == "Bearer token-1"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["accept"] == "application/json"


WEIRD = [
    # how the server answers, what a write means, what a read means
    ({"status": 502, "body": HTML, "headers": {"Content-Type": "text/html"}}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 503}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 500, "body": {"Fault": {"Error": [{"code": "10000"}]}}}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 200, "body": HTML}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 200, "body": b""}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 200, "body": {"time": "2026"}}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 200, "body": ESTIMATE, "ending": "cut"}, UnknownOutcome, QuickBooksUnreachable),
    ({"ending": "closed"}, UnknownOutcome, QuickBooksUnreachable),
    ({"ending": "silent"}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 302, "headers": {"Location": "/elsewhere"}}, UnknownOutcome, QuickBooksUnreachable),
    ({"status": 429, "body": XML_FAULT % b"003001"}, Throttled, Throttled),
    ({"status": 403, "body": XML_FAULT % b"3001"}, Throttled, Throttled),
    ({"status": 403, "body": {"fault": {"error": [{"code": "3100"}]}}}, QuickBooksFault, QuickBooksFault),
    ({"status": 401, "body": XML_FAULT % b"130"}, QuickBooksFault, QuickBooksFault),
    ({"status": 401, "body": XML_FAULT % b"120"}, CallsRefused, CallsRefused),
    ({"status": 400, "body": {"Fault": {"Error": [{"code": "6240"}]}}}, QuickBooksFault, QuickBooksFault),
    ({"status": 200, "body": {"Fault": {"Error": [{"code": "6240"}]}}}, QuickBooksFault, QuickBooksFault),
]


@pytest.mark.parametrize(("how", "of_a_write", "of_a_read"), WEIRD, ids=range(len(WEIRD)))
def test_it_makes_one_clear_error_of_every_strange_answer(
    how: dict[str, Any],
    of_a_write: type[QuickBooksError],
    of_a_read: type[QuickBooksError],
    server: Any,
    answer: Any,
    gateway_to: Callable[..., Gateway],
    counting_tokens: Any,
) -> None:
    server.will(answer(**how), answer(**how))
    patience = 0.2 if how.get("ending") == "silent" else 10.0

    with pytest.raises(QuickBooksError) as written:
        gateway_to(server.url, patience).create("Estimate", BODY, "9f0c")
    assert type(written.value) is of_a_write
    reader = Gateway(
        Transport(server.url, "1", counting_tokens, Pace(), read_timeout=patience)
    )  # not frozen by the first
    with pytest.raises(QuickBooksError) as read:
        reader.read("Estimate", "177")
    assert type(read.value) is of_a_read
    assert len(server.seen) == 2
    reader._transport.close()


@pytest.mark.parametrize("verb", ["create", "read", "query"])
def test_it_says_that_nothing_was_sent_when_nobody_listens(gateway_to: Callable[..., Gateway], verb: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gateway = gateway_to(f"http://127.0.0.1:{unused.getsockname()[1]}")
        verbs: dict[str, Callable[[], object]] = {
            "create": lambda: gateway.create("Estimate", BODY, "9f0c"),
            "read": lambda: gateway.read("Estimate", "177"),
            "query": lambda: gateway.query("SELECT * FROM Item"),
        }
        with pytest.raises(QuickBooksUnreachable):
            verbs[verb]()


def test_it_says_that_nothing_was_sent_when_the_name_is_unknown(gateway_to: Callable[..., Gateway]) -> None:
    with pytest.raises(QuickBooksUnreachable):
        gateway_to("http://quickbooks.invalid").create("Estimate", BODY, "9f0c")


def test_it_renews_the_token_once_and_sends_the_same_bytes_again(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(status=401, body=EXPIRED), answer(body=ESTIMATE))

    assert gateway.create("Estimate", BODY, "9f0c")["Id"] == "177"
    first, second = server.seen
    assert (first.headers["authorization"], second.headers["authorization"]) == ("Bearer token-1", "Bearer token-2")
    assert (first.body, first.parameters) == (second.body, second.parameters)


@pytest.mark.parametrize("refusal", [EXPIRED, b"", HTML])
def test_it_asks_for_a_person_when_the_fresh_token_is_refused(
    server: Any, answer: Any, gateway: Gateway, refusal: Any
) -> None:
    server.will(answer(status=401, body=refusal), answer(status=401, body=refusal))

    with pytest.raises(Disconnected, match=gateway.realm):
        gateway.create("Estimate", BODY, "9f0c")


def test_it_reports_what_the_second_answer_says(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(answer(status=401, body=EXPIRED), answer(ending="closed"))

    with pytest.raises(UnknownOutcome):
        gateway.create("Estimate", BODY, "9f0c")


def test_it_freezes_the_realm_after_a_429(server: Any, answer: Any, gateway: Gateway, pace: Pace) -> None:
    server.will(answer(status=429))
    assert pace.frozen_until is None

    with pytest.raises(Throttled):
        gateway.query("SELECT * FROM Item")

    assert 59 < pace.frozen_for() <= 60


def test_it_gives_every_thread_a_client_and_a_connection(server: Any, answer: Any, gateway: Gateway) -> None:
    transport = gateway._transport
    server.will(answer(body=ESTIMATE), answer(body=ESTIMATE))
    clients = []

    def read() -> None:
        gateway.read("Estimate", "177")
        clients.append(transport.client)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clients[0] is not clients[1]
    assert clients[0].session is not clients[1].session


def test_it_logs_the_trace_and_the_request_id_but_no_token(server: Any, answer: Any, gateway: Gateway) -> None:
    server.will(
        answer(status=401, body=EXPIRED, headers={"intuit_tid": "1-first"}),
        answer(body=ESTIMATE, headers={"intuit_tid": "1-second"}),
        answer(ending="closed"),
    )
    with capture_logs() as lines:
        gateway.create("Estimate", BODY, "9f0c")
        with pytest.raises(UnknownOutcome):
            gateway.create("Estimate", BODY, "9f0d")

    answered = [line for line in lines if line["event"] == "quickbooks.answer"]
    assert [(line["status"], line["intuit_tid"], line["codes"]) for line in answered] == [
        (401, "1-first", ["3200"]),
        (200, "1-second", []),
    ]
    assert [line["requestid"] for line in lines] == ["9f0c", "9f0c", "9f0d"]
    assert "token-" not in str(lines)
