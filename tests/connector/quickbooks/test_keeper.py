"""`connector.quickbooks.keeper`: renews ahead, stops once, goes on by itself, against the sandbox company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.errors import CouchUnreachable, Disconnected
from connector.quickbooks import Connection, Keeper
from connector.quickbooks.keeper import PROBE


class Watch:
    """Monotonic time that a test moves, and how often the queue was woken."""

    def __init__(self) -> None:
        self.now = 0.0
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keeper(connection: Connection, watch: Watch) -> Keeper:
    return Keeper(connection, watch.wake, lambda: watch.now)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What is logged during the test."""
    with capture_logs() as lines:
        yield lines


def loud(logs: list[Any]) -> list[str]:
    """The events that are errors."""
    return [line["event"] for line in logs if line["log_level"] == "error"]


def test_it_wakes_the_queue_when_it_first_finds_the_company_connected(keeper: Keeper, watch: Watch, logs: Any) -> None:
    keeper.glance()
    assert watch.woken == 1
    for _ in range(3):
        keeper.look()
    assert (keeper.halted(), watch.woken, loud(logs)) == (None, 2, [])


def test_it_says_once_that_posting_stops_and_wakes_the_queue_after_reconnecting(
    connection: Connection, connect: Callable[[], Connection], keeper: Keeper, watch: Watch, quickbooks: Any, logs: Any
) -> None:
    keeper.look()
    quickbooks.control("POST", "tokens", {"revoke": True})
    for _ in range(3):
        with pytest.raises(Disconnected) as met:
            connection.gateway.company()
        keeper.stopped_by(met.value)
        keeper.look()
    halt = keeper.halted()
    assert halt is not None and "revoked" in str(halt)
    assert loud(logs) == ["quickbooks.posting_stopped"]

    quickbooks.control("POST", "tokens", {"grant": True})
    connect().tokens.adopt_refresh_token(quickbooks.refresh_token)
    keeper.look()
    assert (keeper.halted(), watch.woken) == (None, 2)
    keeper.look()
    keeper.look()
    assert watch.woken == 3


def test_it_notices_that_somebody_disconnected_in_another_process(
    connect: Callable[[], Connection], keeper: Keeper, logs: Any
) -> None:
    keeper.look()
    connect().tokens.disconnect("alice disconnected it")
    keeper.look()
    keeper.look()
    assert "alice disconnected it" in str(keeper.halted())
    assert loud(logs) == ["quickbooks.posting_stopped"]


def test_it_asks_once_a_minute_whether_quickbooks_takes_calls_again(
    connection: Connection, keeper: Keeper, watch: Watch, quickbooks: Any, logs: Any
) -> None:
    keeper.look()
    quickbooks.control("POST", "faults", {"kind": "expire_token", "count": 2, "match": {"entity": "preferences"}})
    with pytest.raises(Disconnected) as met:
        connection.gateway.preferences()
    keeper.stopped_by(met.value)

    def calls() -> int:
        return sum(quickbooks.control("GET", "state")["calls"].values())

    before = calls()
    for _ in range(5):
        watch.now += PROBE / 6
        keeper.look()
    assert calls() == before
    assert "refuses a fresh token" in str(keeper.halted())
    stored = connection.store.outline(connection.realm)
    assert stored is not None and stored.refused_at is not None

    watch.now += PROBE / 6
    keeper.look()
    stored = connection.store.outline(connection.realm)
    assert (keeper.halted(), watch.woken) == (None, 2)
    assert stored is not None and (stored.refused_at, stored.because) == (None, "")
    assert loud(logs) == ["quickbooks.posting_stopped"]


def test_a_refusal_from_before_a_reconnection_stops_nothing_and_nothing_is_left_asleep(
    keeper: Keeper, watch: Watch, logs: Any
) -> None:
    for _ in range(3):
        keeper.look()
    before = watch.woken
    keeper.stopped_by(Disconnected("the tokens of last time"))
    assert (keeper.halted(), loud(logs)) == (None, [])
    keeper.look()
    assert watch.woken > before


def test_a_new_connector_goes_by_what_is_on_record(
    connection: Connection, connect: Callable[[], Connection], watch: Watch, logs: Any
) -> None:
    connection.tokens.flag("who connected lost the right")
    second = Keeper(connect(), watch.wake, lambda: -1.0)
    second.look()
    assert (str(second.halted()), watch.woken) == ("who connected lost the right", 0)
    assert loud(logs) == ["quickbooks.posting_stopped"]


def test_it_says_that_nothing_is_connected_yet(connect: Callable[[str], Connection], watch: Watch, rows: Any) -> None:
    empty = connect("")
    empty.realm = empty.tokens.realm = ""
    keeper = Keeper(empty, watch.wake, lambda: watch.now)
    keeper.look()
    assert (str(keeper.halted()), watch.woken) == ("no company is connected: connect it", 0)


def test_it_keeps_its_view_and_says_once_when_it_cannot_look(
    connection: Connection, keeper: Keeper, monkeypatch: pytest.MonkeyPatch, logs: Any
) -> None:
    keeper.look()

    def away(document_id: str) -> None:
        raise CouchUnreachable("CouchDB is away")

    monkeypatch.setattr(connection.store._database, "get", away)
    keeper.look()
    keeper.look()
    assert keeper.halted() is None
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["quickbooks.not_renewed"]
