"""`connector.quickbooks.token_source`: renewed in time, once, saved first, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from connector.errors import CouchUnreachable, Disconnected, Misconfigured, QuickBooksUnreachable
from connector.quickbooks.token_source import TokenSource
from connector.quickbooks.token_store import TokenStore
from connector.quickbooks.tokens import Tokens

REALM = "913"


def no_sleep(seconds: float) -> None:
    raise AssertionError("nobody has to wait here")


def unreachable() -> None:
    raise QuickBooksUnreachable("Intuit is away")


class Ticks:
    """Monotonic time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now - 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Intuit:
    """Intuit's sign-in: a new pair per renewal, refresh tokens valid as long as they are in `accepted`."""

    def __init__(self, clock: Callable[[], Any]) -> None:
        self.clock = clock
        self.accepted = {"refresh-0"}
        self.asked: list[str] = []
        self.before: list[Callable[[], None]] = []
        self.life = timedelta(hours=1)
        self.revoked: list[str] = []

    def revoke(self, token: str) -> None:
        if self.before:
            self.before.pop(0)()
        if token not in self.accepted:
            raise Disconnected("Intuit does not know it")
        self.revoked.append(token)
        self.accepted = set()

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
        return Tokens(f"access-{number}", f"refresh-{number}", now, now + self.life, now + timedelta(days=100))


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


def test_a_clock_that_was_ahead_when_the_row_was_written_costs_no_renewal(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(days=400)
    source.connect(intuit.pair(0))
    wall_clock.forward(days=-400)

    assert source.renew("access-0") == "access-1"
    row = row_of(store)
    assert (row.tokens.refresh_token, row.previous_refresh_token, row.holder) == ("refresh-1", "refresh-0", "")
    assert source.access_token() == "access-1"


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


def test_it_keeps_both_refresh_tokens_when_a_slow_renewal_was_taken_over(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    other = TokenSource(REALM, store, intuit, clock=wall_clock, claim_life=0)
    intuit.before.append(lambda: other.access_token() and None)

    assert source.access_token() == "access-2"
    row = row_of(store)
    assert (row.tokens.refresh_token, row.previous_refresh_token) == ("refresh-2", "refresh-1")
    assert intuit.asked == ["refresh-0", "refresh-0"]


def test_it_yields_to_newer_tokens_and_keeps_its_own_beside_them(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    other = TokenSource(REALM, store, intuit, clock=wall_clock, claim_life=0)

    def slower() -> None:
        wall_clock.forward(seconds=1)
        other.access_token()

    rows.before_put += [lambda: None, slower]  # the claim; then, between our renewal and our save

    assert source.access_token() == "access-2"
    row = row_of(store)
    assert (row.tokens.refresh_token, row.previous_refresh_token) == ("refresh-2", "refresh-1")


def test_it_sends_what_it_has_while_another_process_renews_ahead(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    other = TokenSource(REALM, store, intuit, clock=wall_clock, sleep=no_sleep)
    wall_clock.forward(minutes=56)
    found: list[str] = []
    intuit.before.append(lambda: found.append(other.access_token()))

    source.renew_ahead(source.look())

    assert found == ["access-0"]
    assert other.access_token() == "access-1"
    assert intuit.asked == ["refresh-0"]


def test_it_takes_over_a_renewal_that_nobody_finishes_without_comparing_clocks(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    store.save(replace(row_of(store), holder="dead", unfinished_since=wall_clock() + timedelta(days=3)))
    wall_clock.forward(hours=2)
    time = Ticks()
    heir = TokenSource(REALM, store, intuit, clock=wall_clock, claim_life=30, ticks=time, sleep=time.sleep)

    assert heir.access_token() == "access-1"
    assert 30 <= time() < 31
    row = row_of(store)
    assert (row.holder, row.unfinished_since) == ("", None)


def test_it_waits_for_a_renewal_that_is_under_way_and_takes_its_result(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    waits: list[float] = []

    def finished_meanwhile(seconds: float) -> None:
        waits.append(seconds)
        store.save(row_of(store).succeeded_by(intuit.pair(7)))

    store.save(replace(row_of(store), holder="at work"))
    waiting = TokenSource(REALM, store, intuit, clock=wall_clock, sleep=finished_meanwhile)

    assert waiting.access_token() == "access-7"
    assert (len(waits), intuit.asked) == (1, [])


@pytest.mark.parametrize(
    ("minutes", "asked"), [(49, []), (50, ["refresh-0"]), (56, ["refresh-0"]), (90, ["refresh-0"])]
)
def test_it_renews_ahead_before_anybody_needs_it(
    source: TokenSource, wall_clock: Any, intuit: Intuit, minutes: int, asked: list[str]
) -> None:
    wall_clock.forward(minutes=minutes)

    source.renew_ahead(source.look())
    source.renew_ahead(source.look())

    assert intuit.asked == asked


@pytest.mark.parametrize("seconds", [1, 20, 300])
def test_it_does_not_renew_a_short_token_all_the_time(store: TokenStore, wall_clock: Any, seconds: int) -> None:
    intuit = Intuit(wall_clock)
    intuit.life = timedelta(seconds=seconds)
    source = TokenSource(REALM, store, intuit, clock=wall_clock)
    source.connect(intuit.pair(0))

    source.renew_ahead(source.look())

    assert (source.access_token(), intuit.asked) == ("access-0", [])


@pytest.mark.parametrize("holder", ["dead", ""])
def test_it_finishes_at_once_what_was_cut_off_because_the_older_token_counts_for_a_day_only(
    store: TokenStore, source: TokenSource, wall_clock: Any, intuit: Intuit, holder: str
) -> None:
    store.save(replace(row_of(store), holder=holder, unfinished_since=wall_clock()))
    time = Ticks()
    heir = TokenSource(REALM, store, intuit, clock=wall_clock, ticks=time, sleep=time.sleep)

    heir.renew_ahead(heir.look())

    assert heir.access_token() == "access-1"
    assert row_of(store).unfinished_since is None


def test_it_remembers_that_a_renewal_got_no_answer(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    began = wall_clock()
    intuit.before.append(unreachable)
    with pytest.raises(QuickBooksUnreachable):
        source.access_token()
    wall_clock.forward(minutes=1)

    assert (row_of(store).holder, row_of(store).unfinished_since) == ("", began)
    source.renew_ahead(source.look())
    assert (row_of(store).tokens.refresh_token, row_of(store).unfinished_since) == ("refresh-1", None)


def test_it_saves_new_tokens_before_it_uses_them_and_never_loses_them(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any, intuit: Intuit
) -> None:
    def away() -> None:
        raise CouchUnreachable("CouchDB is away")

    wall_clock.forward(hours=2)
    rows.before_put += [lambda: None, away, away]
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
    other = TokenSource(REALM, store, intuit, clock=wall_clock)
    rows.before_put += [lambda: None, lambda: other.connect(intuit.pair(9))]  # the claim; then, before we write it down

    with pytest.raises(Disconnected):
        source.access_token()
    assert source.access_token() == "access-9"


def test_it_keeps_its_tokens_when_intuit_cannot_be_reached(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    before = row_of(store)
    intuit.before.append(unreachable)

    with pytest.raises(QuickBooksUnreachable):
        source.access_token()
    assert row_of(store).tokens == before.tokens
    assert source.access_token() == "access-1"


def test_it_says_when_a_realm_was_never_connected(store: TokenStore, intuit: Intuit, wall_clock: Any) -> None:
    with pytest.raises(Disconnected, match="not connected"):
        TokenSource(REALM, store, intuit, clock=wall_clock).access_token()


def test_it_connects_with_a_refresh_token_alone(store: TokenStore, intuit: Intuit, wall_clock: Any) -> None:
    source = TokenSource(REALM, store, intuit, clock=wall_clock)
    source.adopt_refresh_token("refresh-0")

    assert source.access_token() == "access-1"
    assert row_of(store).tokens.refresh_token == "refresh-1"


def test_it_revokes_and_forgets_when_a_person_disconnects(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    assert source.disconnect("alice disconnected it") == ""

    assert intuit.revoked == ["refresh-0"]
    row = row_of(store)
    assert (row.tokens.access_token, row.tokens.refresh_token, row.refresh_tokens(wall_clock())) == ("", "", [])
    assert (row.disconnected_at, row.because) == (wall_clock(), "alice disconnected it")
    for ask in (source.access_token, source.look, lambda: source.disconnect("again")):
        with pytest.raises(Disconnected, match="alice disconnected it"):
            ask()
    assert intuit.asked == []


@pytest.mark.parametrize("away", [QuickBooksUnreachable("Intuit is away"), Misconfigured("no such app")])
def test_it_forgets_the_tokens_and_says_so_when_intuit_cannot_be_told(
    source: TokenSource, store: TokenStore, intuit: Intuit, away: Exception
) -> None:
    def refuse() -> None:
        raise away

    intuit.before.append(refuse)

    assert source.disconnect("alice disconnected it") == str(away)
    assert row_of(store).tokens.refresh_token == ""
    assert "Intuit could not be told" in row_of(store).because


def test_it_disconnects_what_intuit_has_revoked_before(source: TokenSource, store: TokenStore, intuit: Intuit) -> None:
    intuit.accepted = set()

    assert source.disconnect("alice disconnected it") == ""
    assert row_of(store).because == "alice disconnected it"


def test_a_renewal_that_comes_late_does_not_undo_a_disconnection(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    other = TokenSource(REALM, store, intuit, clock=wall_clock, claim_life=0)
    intuit.before += [lambda: other.disconnect("alice disconnected it") and None, lambda: None]

    with pytest.raises(Disconnected, match="alice"):
        source.access_token()
    assert row_of(store).tokens.refresh_token == ""


def test_a_renewal_that_comes_late_does_not_replace_a_new_connection(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any, intuit: Intuit
) -> None:
    wall_clock.forward(hours=2)
    other = TokenSource(REALM, store, intuit, clock=wall_clock)
    rows.before_put += [lambda: None, lambda: other.connect(intuit.pair(7))]

    assert source.access_token() == "access-7"
    assert row_of(store).tokens.refresh_token == "refresh-7"


def test_it_connects_over_a_row_that_no_key_opens(
    store: TokenStore, rows: Any, intuit: Intuit, wall_clock: Any
) -> None:
    lost = TokenStore(rows, [SecretStr(Fernet.generate_key().decode())])
    TokenSource(REALM, lost, intuit, clock=wall_clock).connect(intuit.pair(0))
    source = TokenSource(REALM, store, intuit, clock=wall_clock)
    with pytest.raises(Misconfigured, match="ROADBOOK_SECRET_KEYS"):
        source.access_token()

    source.connect(intuit.pair(7))

    assert source.access_token() == "access-7"


def test_it_disconnects_although_no_key_opens_the_row(store: TokenStore, rows: Any, intuit: Intuit) -> None:
    lost = TokenStore(rows, [SecretStr(Fernet.generate_key().decode())])
    TokenSource(REALM, lost, intuit).connect(intuit.pair(0))

    assert "ROADBOOK_SECRET_KEYS" in TokenSource(REALM, store, intuit).disconnect("alice disconnected it")
    assert row_of(store).disconnected_at is not None


def test_it_saves_at_the_end_what_could_not_be_saved_before(
    source: TokenSource, store: TokenStore, rows: Any, wall_clock: Any
) -> None:
    def away() -> None:
        raise CouchUnreachable("CouchDB is away")

    wall_clock.forward(hours=2)
    rows.before_put += [lambda: None, away]
    with pytest.raises(CouchUnreachable):
        source.access_token()

    source.close()

    assert row_of(store).tokens.refresh_token == "refresh-1"


def test_it_puts_on_record_that_quickbooks_refuses_calls_until_that_is_over(
    source: TokenSource, store: TokenStore, wall_clock: Any
) -> None:
    source.flag("who connected lost the right")
    flagged = row_of(store)
    assert (flagged.refused_at, flagged.because) == (wall_clock(), "who connected lost the right")
    wall_clock.forward(hours=1)
    assert source.access_token() == "access-1"
    assert row_of(store).because == "who connected lost the right"

    source.flag("")
    assert (row_of(store).refused_at, row_of(store).because) == (None, "")


def test_it_does_not_keep_a_process_from_stopping(
    source: TokenSource, store: TokenStore, wall_clock: Any, intuit: Intuit
) -> None:
    store.save(replace(row_of(store), holder="at work elsewhere"))
    wall_clock.forward(hours=2)
    source.close()

    with pytest.raises(QuickBooksUnreachable, match="about to stop"):
        source.access_token()
    assert intuit.asked == []
