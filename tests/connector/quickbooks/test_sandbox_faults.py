"""Lost answers, ended tokens and limits against a running sandbox company: never a second estimate."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from connector.errors import (
    QuickBooksError,
    QuickBooksFault,
    QuickBooksUnreachable,
    Throttled,
    UnknownOutcome,
)
from connector.quickbooks import BatchItem, Connection, canonical_json
from connector.retries import Action, decide

LOST = ["drop_after_commit", "drop_before_commit", "status_503", "status_500_html"]


@pytest.mark.parametrize("kind", LOST)
def test_it_repeats_a_lost_create_without_a_second_estimate(
    quickbooks: Any, connection: Connection, estimate: Callable[..., bytes], kind: str
) -> None:
    body = estimate()
    quickbooks.control("POST", "faults", {"kind": kind})

    with pytest.raises(UnknownOutcome) as lost:
        connection.gateway.create("Estimate", body, "order-1")
    assert decide(lost.value, 1, jitter=0.0).action is Action.RETRY
    made = connection.gateway.create("Estimate", body, "order-1")

    assert [row["Id"] for row in quickbooks.control("GET", "estimates")] == [made["Id"]]


@pytest.mark.parametrize("kind", LOST)
def test_it_repeats_a_lost_batch_without_a_second_estimate(
    quickbooks: Any, connection: Connection, estimate: Callable[..., bytes], kind: str
) -> None:
    items = [BatchItem("create", "Estimate", estimate(str(number))) for number in range(1, 31)]
    quickbooks.control("POST", "faults", {"kind": kind})

    with pytest.raises(UnknownOutcome):
        connection.gateway.batch(items, "batch-1")
    # Item by item, as a poster does that was started again and found thirty doubtful rows.
    for position in (1, 30):
        again = BatchItem("create", "Estimate", items[position - 1].body, bid=str(position))
        connection.gateway.batch([again], "batch-1")[0].result()
    made = [outcome.result()["Id"] for outcome in connection.gateway.batch(items, "batch-1")]

    assert sorted(row["Id"] for row in quickbooks.control("GET", "estimates")) == sorted(made)
    assert len(set(made)) == 30


@pytest.mark.parametrize("kind", LOST)
def test_it_may_repeat_a_lost_read_at_will(quickbooks: Any, connection: Connection, kind: str) -> None:
    quickbooks.control("POST", "faults", {"kind": kind})

    with pytest.raises(QuickBooksUnreachable):
        connection.gateway.preferences()
    assert connection.gateway.preferences()


@pytest.mark.parametrize(
    ("kind", "error", "action"),
    [("throttle", Throttled, Action.THROTTLE), ("wrong_cluster", QuickBooksFault, Action.RETRY)],
)
def test_it_knows_that_nothing_was_written(
    quickbooks: Any,
    connection: Connection,
    estimate: Callable[..., bytes],
    kind: str,
    error: type[QuickBooksError],
    action: Action,
) -> None:
    quickbooks.control("POST", "faults", {"kind": kind})

    with pytest.raises(error) as refused:
        connection.gateway.create("Estimate", estimate(), "order-1")

    assert decide(refused.value, 1, jitter=0.0).action is action
    assert quickbooks.control("GET", "estimates") == []
    assert (connection.pace.frozen_until is not None) == (error is Throttled)


def test_it_renews_an_ended_token_in_the_middle_of_a_create(
    quickbooks: Any, connection: Connection, estimate: Callable[..., bytes]
) -> None:
    body = estimate()
    before = connection.tokens.access_token()
    quickbooks.control("POST", "tokens", {"expire": True})

    made = connection.gateway.create("Estimate", body, "order-1")

    assert connection.tokens.access_token() != before
    assert [row["Id"] for row in quickbooks.control("GET", "estimates")] == [made["Id"]]


def test_it_meets_no_limit_with_four_threads(sandbox_with_limits: Any, rows: Any, secret_keys: list[SecretStr]) -> None:
    company = sandbox_with_limits
    connection = Connection(
        company.url,
        company.realm,
        rows,
        client_id=company.client_id,
        client_secret=SecretStr(company.client_secret),
        redirect_uri="http://localhost:8000/quickbooks/callback",
        secret_keys=secret_keys,
    )
    connection.tokens.adopt_refresh_token(company.refresh_token)

    def write(thread: int) -> None:
        for number in range(8):
            body = canonical_json({"DisplayName": f"Customer {thread} {number}"})
            connection.gateway.create("Customer", body, f"customer-{thread}-{number}")

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    connection.close()

    state = company.control("GET", "state")
    assert (state["calls"]["write"], state["http_429"]) == (32, 0)
