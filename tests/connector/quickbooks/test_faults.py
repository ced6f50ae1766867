"""`connector.quickbooks.faults`: status and body -> error."""

from __future__ import annotations

import json

import pytest

from connector.errors import FaultDetail, QuickBooksFault, QuickBooksUnreachable, Throttled, UnknownOutcome
from connector.quickbooks.faults import details_of, error_of, shown

COMPANY = {
    "Fault": {
        "Error": [
            {"Message": "Too long", "Detail": "Max:21", "code": "2050", "element": "DocNumber"},
            {"Message": "Required param missing", "code": "2020", "element": ""},
        ],
        "type": "ValidationFault",
    }
}
GATEWAY = {
    "warnings": None,
    "fault": {
        "error": [{"message": "errorCode=003200", "detail": "Token expired", "code": "3200", "element": None}],
        "type": "AUTHENTICATION",
    },
}
XML = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<IntuitResponse time="2016-08-09T03:20:31.505-07:00" xmlns="http://schema.intuit.com/finance/v3">'
    b'<Fault type="SERVICE"><Error code="003001"><Message>message=ThrottleExceeded</Message>'
    b"<Detail>The request limit was reached.</Detail></Error></Fault></IntuitResponse>"
)
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"


def fault(code: str) -> bytes:
    return json.dumps({"Fault": {"Error": [{"Message": "m", "Detail": "d", "code": code}]}}).encode()


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (
            json.dumps(COMPANY).encode(),
            (FaultDetail("2050", "Too long", "Max:21", "DocNumber"), FaultDetail("2020", "Required param missing")),
        ),
        (json.dumps(GATEWAY).encode(), (FaultDetail("3200", "errorCode=003200", "Token expired"),)),
        (XML, (FaultDetail("3001", "message=ThrottleExceeded", "The request limit was reached."),)),
        (b'{"Fault":{"Error":{"Message":"one","code":500}}}', (FaultDetail("500", "one"),)),
        (b'{"Fault":{"type":"SystemFault"}}', (FaultDetail(""),)),
        (b'{"Fault":{"Error":["text"]}}', (FaultDetail(""),)),
        (b'{"fault":null,"Estimate":{}}', ()),
        (HTML, ()),
        (b"<html><br></html>", ()),
        (b"", ()),
        (b"[1]", ()),
        (b'{"Fault":{"Err', ()),
        (b"\xff\xfe", ()),
        (b"[" * 100_000, ()),
    ],
)
def test_it_finds_the_errors_in_every_shape_of_a_fault(body: bytes, details: tuple[FaultDetail, ...]) -> None:
    assert details_of(body) == details


@pytest.mark.parametrize(
    ("status", "body", "of_a_write", "of_a_read"),
    [
        (400, fault("6240"), QuickBooksFault, QuickBooksFault),
        (400, b"", QuickBooksFault, QuickBooksFault),
        (401, json.dumps(GATEWAY).encode(), QuickBooksFault, QuickBooksFault),
        (403, fault("3100"), QuickBooksFault, QuickBooksFault),
        (404, HTML, QuickBooksFault, QuickBooksFault),
        (200, fault("6000"), QuickBooksFault, QuickBooksFault),
        (503, fault("150"), QuickBooksFault, QuickBooksFault),
        (500, fault("140"), QuickBooksFault, QuickBooksFault),
        (429, b"", Throttled, Throttled),
        (429, XML, Throttled, Throttled),
        (403, XML, Throttled, Throttled),
        (200, fault("003001"), Throttled, Throttled),
        (500, fault("10000"), UnknownOutcome, QuickBooksUnreachable),
        (400, fault("10000"), UnknownOutcome, QuickBooksUnreachable),
        (500, b"", UnknownOutcome, QuickBooksUnreachable),
        (502, HTML, UnknownOutcome, QuickBooksUnreachable),
        (503, b"", UnknownOutcome, QuickBooksUnreachable),
        (504, HTML, UnknownOutcome, QuickBooksUnreachable),
        (408, b"", UnknownOutcome, QuickBooksUnreachable),
        (302, b"", UnknownOutcome, QuickBooksUnreachable),
        (200, HTML, UnknownOutcome, QuickBooksUnreachable),
        (200, b"[]", UnknownOutcome, QuickBooksUnreachable),
    ],
)
def test_it_decides_by_status_and_code(
    status: int, body: bytes, of_a_write: type[Exception], of_a_read: type[Exception]
) -> None:
    assert type(error_of(status, body, "1-a-b", writes=True)) is of_a_write
    assert type(error_of(status, body, "1-a-b", writes=False)) is of_a_read


def test_it_does_not_read_the_localised_text() -> None:
    body = json.dumps({"Fault": {"Error": [{"Message": "message=ThrottleExceeded; statusCode=429", "code": "6000"}]}})

    assert type(error_of(400, body.encode(), writes=True)) is QuickBooksFault


def test_it_keeps_status_code_and_trace() -> None:
    error = error_of(400, json.dumps(COMPANY).encode(), "1-5f72dc8c-33", writes=True)

    assert isinstance(error, QuickBooksFault)
    assert (error.status, error.code, error.intuit_tid) == (400, "2050", "1-5f72dc8c-33")
    assert shown(error.details[0]) == "2050 Too long: Max:21 [DocNumber]"


def test_it_names_the_trace_in_an_unclear_outcome() -> None:
    assert "1-5f72dc8c-33" in str(error_of(502, HTML, "1-5f72dc8c-33", writes=True))
