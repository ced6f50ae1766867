"""`connector.quickbooks.answers`; strange answers over a real connection are in `test_transport`."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProtocolError

from connector.errors import QuickBooksError, QuickBooksUnreachable, UnknownOutcome
from connector.quickbooks.answers import lost, service_time

POOL = HTTPConnectionPool("127.0.0.1")


@pytest.mark.parametrize(
    ("error", "of_a_write"),
    [
        (requests.ConnectTimeout(), QuickBooksUnreachable),
        (
            requests.ConnectionError(MaxRetryError(POOL, "/", ConnectTimeoutError())),
            QuickBooksUnreachable,
        ),
        (requests.ReadTimeout(), UnknownOutcome),
        (requests.ConnectionError(), UnknownOutcome),
        (requests.ConnectionError(ProtocolError("Connection aborted.")), UnknownOutcome),
        (requests.ConnectionError(MaxRetryError(POOL, "/", ProtocolError("reset"))), UnknownOutcome),
        (requests.exceptions.ChunkedEncodingError(), UnknownOutcome),
        (requests.exceptions.SSLError(), UnknownOutcome),
        (requests.exceptions.ContentDecodingError(), UnknownOutcome),
    ],
)
def test_it_calls_a_write_unsent_only_when_no_connection_was_made(
    error: requests.RequestException, of_a_write: type[QuickBooksError]
) -> None:
    assert type(lost(error, writes=True)) is of_a_write
    assert type(lost(error, writes=False)) is QuickBooksUnreachable


@pytest.mark.parametrize(
    ("header", "arrives_earlier_by"),
    [("total=56, db=18", 0.056), ("db=18,total=7", 0.007), ("", 0.0), ("total=x", 0.0), ("total=-5", 0.0)],
)
def test_it_believes_the_service_time_as_far_as_it_can_be_true(header: str, arrives_earlier_by: float) -> None:
    answered = requests.Response()
    answered.headers["Service-Time"] = header
    answered.elapsed = timedelta(seconds=1)
    assert service_time(answered) == arrives_earlier_by

    answered.elapsed = timedelta(milliseconds=2)
    assert service_time(answered) <= 0.002
