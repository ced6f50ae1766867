"""`connector.quickbooks.token_source`: renewed in time, once, saved first, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connector.errors import CouchUnreachable, Disconnected, QuickBooksUnreachable
from connector.quickbooks.token_source import TokenSource
from connector.quickbooks.tokens import Tokens, TokenStore

REALM = "913"


class Intuit:
    """Intuit's sign-in: a new pair per renewal, refresh tokens valid as long as they are in `accepted`."""

    def __init__(self, clock: Callable[[], Any]) -> None:
        self.clock = clock
        self.accepted = {"refresh-0"}
        self.asked: list[str] = []
        self.before: list[Callable[[], None]] = []

    def refresh(self, refresh_token: str) -> Tokens:
        if self.before:
            self.before.pop(0)()
        self.asked.append(refresh_token)
        if refresh_token not in self.accepted:
            raise Disconnected("invalid_grant")
        number = len(self.asked)
        self.accepted.add(f"refresh-{number}")
        return self.pair(number)

    def pair(self, number: int) -> Tokens:
        now = self.clock()
        return Tokens(f"access-{number}", f"refresh-{number}", now, now + timedelta(hours=1), now + timedelta(days=100))


@pytest.fixture
def intuit(wall_clock: Any) -> Intuit:
    return Intuit(wall_clock)


@pytest.fixture
def store(rows: Any, secret_keys: list[SecretStr]) -> TokenStore:
    return TokenStore(rows, secret_keys)


@pytest.fixture
def source(store: TokenStore, intuit: Intuit, wall_clock: Any) -> TokenSource:
    """A connected realm with a fresh access token."""
    made = TokenSource(REALM, store, intuit, clock=wall_clock)
    made.connect(intuit.pair(0))
    return made


def row_of(store: TokenStore) -> Any:
    row = store.load(REALM)
    assert row is not None
    return row


def test_it_gives_the_same_token_while_it_is_fresh(source: TokenSource, wall_clock: Any, intuit: Intuit) -> None:
    wall_clock.forward(minutes=54, seconds=59)

    assert source.access_token() == "access-0"
    assert intuit.asked == []


@pytest.mark.parametrize("minutes", [55, 61, 60 * 24 * 30])
def test_it_renews_five_minutes_early_and_saves_the_pair(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit, minutes: int
) -> None:
    wall_clock.forward(minutes=minutes)

    assert source.access_token() == "access-1"
    row = row_of(store)
    assert (row.tokens.access_token, row.tokens.refresh_token) == ("access-1", "refresh-1")
    assert row.previous_refresh_token == "refresh-0"
    assert source.access_token() == "access-1"
    assert intuit.asked == ["refresh-0"]


def test_it_renews_when_quickbooks_refuses_a_fresh_token(source: TokenSource, intuit: Intuit) -> None:
    assert source.renew("access-0") == "access-1"
    assert source.renew("access-0") == "access-1"
    assert intuit.asked == ["refresh-0"]


def test_it_renews_once_for_many_threads(source: TokenSource, wall_clock: Any, intuit: Intuit) -> None:
    wall_clock.forward(hours=2)
    together = threading.Barrier(8)
    found = []

    def ask() -> None:
        together.wait(10)
        found.append(source.access_token())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert found == ["access-1"] * 8
    assert intuit.asked == ["refresh-0"]


def test_it_takes_what_another_process_renewed(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    other = TokenSource(REALM, store, intuit, clock=wall_clock)
    wall_clock.forward(hours=2)
    assert other.access_token() == "access-1"

    assert source.access_token() == "access-1"
    assert source.renew("access-0") == "access-1"
    assert intuit.asked == ["refresh-0"]


def test_it_keeps_both_refresh_tokens_when_two_processes_renew_at_once(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    other = TokenSource(REALM, store, intuit, clock=wall_clock)
    rows.before_put.append(lambda: other.connect(intuit.pair(7)))  # saved between our renewal and our save

    assert source.access_token() == "access-1"
    row = row_of(store)
    assert (row.tokens.refresh_token, row.previous_refresh_token) == ("refresh-1", "refresh-7")


def test_it_yields_to_newer_tokens_and_keeps_its_own_beside_them(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    other = TokenSource(REALM, store, intuit, clock=wall_clock)

    def slower() -> None:
        wall_clock.forward(seconds=1)
        other.connect(intuit.pair(7))

    rows.before_put.append(slower)

    assert source.access_token() == "access-7"
    row = row_of(store)
    assert (row.tokens.refresh_token, row.previous_refresh_token) == ("refresh-7", "refresh-1")


def test_it_saves_new_tokens_before_it_uses_them_and_never_loses_them(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any, intuit: Intuit
) -> None:
    def away() -> None:
        raise CouchUnreachable("CouchDB is away")

    wall_clock.forward(hours=2)
    rows.before_put += [away, away]
    for _ in range(2):
        with pytest.raises(CouchUnreachable):
            source.access_token()
    assert row_of(store).tokens.refresh_token == "refresh-0"

    assert source.access_token() == "access-1"
    assert row_of(store).tokens.refresh_token == "refresh-1"
    assert intuit.asked == ["refresh-0"]


def test_it_falls_back_to_the_previous_refresh_token(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=1)
    assert source.access_token() == "access-1"
    intuit.accepted = {"refresh-0"}  # a restored row, an answer that was lost: only the older one is known
    wall_clock.forward(hours=23)

    assert source.access_token() == "access-3"
    assert intuit.asked == ["refresh-0", "refresh-1", "refresh-0"]
    assert row_of(store).disconnected_at is None


def test_it_uses_the_row_that_was_renewed_while_intuit_said_no(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    other = TokenSource(REALM, store, intuit, clock=wall_clock)

    def meanwhile() -> None:
        intuit.accepted = set()
        other.connect(intuit.pair(7))

    intuit.before.append(meanwhile)

    assert source.access_token() == "access-7"
    assert intuit.asked == ["refresh-0"]


def test_it_asks_for_a_person_when_no_refresh_token_is_accepted(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    intuit.accepted = set()

    with pytest.raises(Disconnected, match=REALM):
        source.access_token()
    assert row_of(store).disconnected_at == wall_clock()

    asked = list(intuit.asked)
    for _ in range(3):
        with pytest.raises(Disconnected):
            source.access_token()
    assert intuit.asked == asked

    source.connect(intuit.pair(9))
    assert source.access_token() == "access-9"
    assert row_of(store).disconnected_at is None


def test_it_notices_a_new_connection_of_another_process(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    intuit.accepted = set()
    with pytest.raises(Disconnected):
        source.access_token()

    TokenSource(REALM, store, intuit, clock=wall_clock).connect(intuit.pair(9))

    assert source.access_token() == "access-9"


def test_it_does_not_say_disconnected_over_a_new_connection(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    intuit.accepted = set()
    row = row_of(store)
    rows.before_put.append(lambda: store.save(replace(row, tokens=intuit.pair(9))) and None)

    with pytest.raises(Disconnected):
        source.access_token()
    assert source.access_token() == "access-9"


def test_it_keeps_the_row_when_intuit_cannot_be_reached(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    def away() -> None:
        raise QuickBooksUnreachable("Intuit is away")

    wall_clock.forward(hours=2)
    before = row_of(store)
    intuit.before.append(away)

    with pytest.raises(QuickBooksUnreachable):
        source.access_token()
    assert row_of(store) == before
    assert source.access_token() == "access-1"


def test_it_says_when_a_realm_was_never_connected(store: TokenStore, intuit: Intuit, wall_clock: Any) -> None:
    with pytest.raises(Disconnected, match="not connected"):
        TokenSource(REALM, store, intuit, clock=wall_clock).access_token()


def test_it_connects_with_a_refresh_token_alone(store: TokenStore, intuit: Intuit, wall_clock: Any) -> None:
    source = TokenSource(REALM, store, intuit, clock=wall_clock)
    source.adopt_refresh_token("refresh-0")

    assert source.access_token() == "access-1"
    assert row_of(store).tokens.refresh_token == "refresh-1"
