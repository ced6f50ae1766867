"""`connector.consents`: a state counts once, in time, and for whoever began."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.consents import LIFE, Consents
from connector.couch import CouchServer, Database
from connector.errors import ConnectionRefused, NotFound

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(couch: CouchServer) -> Database:
    couch.create_database("connector")
    return couch.database("connector")


@pytest.fixture
def consents(database: Database) -> Consents:
    return Consents(database)


def test_a_state_is_long_new_every_time_and_not_in_the_database(consents: Consents, database: Database) -> None:
    first, second = (consents.begin(by, "", NOW) for by in ("alice", "olga"))
    assert first != second
    assert len(first) >= 43
    assert not [row for row in database.starting_with("") if first in str(row) or second in str(row)]


@pytest.mark.parametrize("leaves", ["", "4620816365"])
def test_it_remembers_which_company_may_be_left(consents: Consents, leaves: str) -> None:
    assert consents.redeem(consents.begin("alice", leaves, NOW), "alice", NOW).leaves == leaves


@pytest.mark.parametrize(
    ("by", "later", "why"),
    [
        ("olga", timedelta(0), "Somebody else began"),
        ("", timedelta(0), "Somebody else began"),
        ("alice", LIFE, "longer than 10 minutes"),
        ("alice", timedelta(days=1), "longer than 10 minutes"),
    ],
)
def test_it_refuses(consents: Consents, by: str, later: timedelta, why: str) -> None:
    state = consents.begin("alice", "", NOW)
    with pytest.raises(ConnectionRefused, match=why):
        consents.redeem(state, by, NOW + later)


@pytest.mark.parametrize("state", ["", "guessed", "\ud800", "x" * 100_000])
def test_it_refuses_a_state_that_it_never_gave_out(consents: Consents, state: str) -> None:
    consents.begin("alice", "", NOW)
    with pytest.raises(ConnectionRefused, match="no sign-in that was begun here"):
        consents.redeem(state, "alice", NOW)


def test_of_two_answers_at_the_same_moment_one_counts(
    consents: Consents, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = consents.begin("alice", "", NOW)
    first = Consents(Database(database.server, database.name))
    read = database.get

    def read_and_be_overtaken(document_id: str) -> dict[str, Any] | None:
        found = read(document_id)
        first.redeem(state, "alice", NOW)
        return found

    monkeypatch.setattr(database, "get", read_and_be_overtaken)
    with pytest.raises(ConnectionRefused, match="used already"):
        consents.redeem(state, "alice", NOW)


def test_a_consent_that_is_gone_already_when_it_is_to_be_forgotten_counts_as_used(
    consents: Consents, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = consents.begin("alice", "", NOW)

    def gone(document_id: str, revision: str) -> None:
        raise NotFound("DELETE: 404 missing", status=404, reason="missing")

    monkeypatch.setattr(database, "delete", gone)
    with pytest.raises(ConnectionRefused, match="used already"):
        consents.redeem(state, "alice", NOW)
    assert consents.begin("alice", "", NOW)


def test_beginning_again_forgets_what_that_person_began_before_and_what_has_expired(consents: Consents) -> None:
    mine, others, late = (consents.begin(by, "", NOW) for by in ("alice", "olga", "dora"))
    again = consents.begin("alice", "", NOW + LIFE - timedelta(seconds=1))
    with pytest.raises(ConnectionRefused, match="no sign-in"):
        consents.redeem(mine, "alice", NOW)
    consents.redeem(others, "olga", NOW)
    consents.begin("alice", "", NOW + LIFE)
    for state, by in ((late, "dora"), (again, "alice")):
        with pytest.raises(ConnectionRefused, match="no sign-in"):
            consents.redeem(state, by, NOW)
