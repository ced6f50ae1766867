"""`connector.quickbooks.keeper`: renews ahead, stops once, goes on by itself, against the sandbox company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from connector.errors import CouchUnreachable, Disconnected, Misconfigured, QuickBooksUnreachable, Throttled
from connector.quickbooks import Connection, Keeper
from connector.quickbooks.keeper import LOOK, PROBE
from connector.quickbooks.tokens import Tokens


class Watch:
    """Monotonic time that a test moves, and how often the queue was woken."""

    def __init__(self) -> None:
        self.now = 0.0
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


class Refusing:
    """Renewals that raise an error while one is set, and how many were asked for."""

    def __init__(self, refresh: Callable[[str], Tokens]) -> None:
        self.error: Exception | None = None
        self.asked = 0
        self._refresh = refresh

    def __call__(self, refresh_token: str) -> Tokens:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self._refresh(refresh_token)


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


@pytest.fixture
def refresh(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Refusing:
    """Intuit's sign-in, which refuses every renewal."""
    refusing = Refusing(connection.oauth.refresh)
    monkeypatch.setattr(connection.oauth, "refresh", refusing)
    return refusing


def cut_off(connection: Connection) -> None:
    """Have a renewal be due: the last one was cut off."""
    row = connection.store.load(connection.realm)
    assert row is not None
    connection.store.save(replace(row, unfinished_since=datetime.now(UTC)))


@pytest.mark.parametrize(
    ("error", "asked_at"),
    [
        (Throttled("429"), [0, 60, 120, 180, 240]),
        (Misconfigured("invalid_client"), [0, 60, 120, 180, 240]),
        (QuickBooksUnreachable("503"), [0, 5, 15, 35, 75, 135, 195, 255]),
    ],
)
def test_it_asks_intuit_less_and_less_often_while_renewals_fail(
    connection: Connection, keeper: Keeper, watch: Watch, refresh: Refusing, logs: Any, error: Exception, asked_at: Any
) -> None:
    refresh.error = error
    cut_off(connection)
    asked = []
    while watch.now < 300:
        before = refresh.asked
        keeper.look()
        asked += [watch.now] * (refresh.asked - before)
        watch.now += LOOK
    assert asked == asked_at
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["quickbooks.not_renewed"]

    refresh.error = None
    watch.now += PROBE
    keeper.look()
    cut_off(connection)
    asked_before = refresh.asked
    keeper.look()
    assert refresh.asked == asked_before + 1


def test_a_reconnection_is_renewed_at_once_although_renewals_failed_before(
    connection: Connection, connect: Callable[[], Connection], keeper: Keeper, refresh: Refusing, quickbooks: Any
) -> None:
    refresh.error = Misconfigured("invalid_client")
    cut_off(connection)
    keeper.look()
    refresh.error = None
    connect().tokens.adopt_refresh_token(quickbooks.refresh_token)
    cut_off(connection)
    keeper.look()
    assert refresh.asked == 2


def test_it_wakes_the_queue_again_when_couchdb_prevented_it(connection: Connection, logs: Any) -> None:
    outcomes: list[Exception | None] = [CouchUnreachable("CouchDB is away"), None, CouchUnreachable("again"), None]
    woken = []

    def wake() -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        woken.append(1)

    keeper = Keeper(connection, wake)
    for _ in range(6):
        keeper.look()
    assert (len(woken), outcomes) == (2, [])
