"""`connector.quickbooks.tokens`: what stands in the row, what opens it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from connector.couch import CouchServer
from connector.errors import DocumentConflict, Misconfigured
from connector.quickbooks.token_store import TokenStore
from connector.quickbooks.tokens import StoredTokens, Tokens

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKENS = Tokens(
    access_token="eyJ-access-secret",
    refresh_token="AB11-refresh-secret",
    obtained_at=NINE,
    access_expires_at=NINE + timedelta(hours=1),
    refresh_expires_at=NINE + timedelta(days=100),
    hard_expires_at=NINE + timedelta(days=1825),
)
STORED = StoredTokens(
    "913", TOKENS, previous_refresh_token="AB11-previous-secret", previous_until=NINE + timedelta(hours=24)
)


def key() -> SecretStr:
    return SecretStr(Fernet.generate_key().decode())


def test_it_keeps_every_field_and_shows_no_secret(rows: Any) -> None:
    store = TokenStore(rows, [key()])

    saved = store.save(STORED)

    assert saved == replace(STORED, revision="1-x")
    assert store.load("913") == saved
    row = rows.rows["token:913"]
    assert "secret" not in json.dumps(row)
    assert "secret" not in repr(saved)
    assert (row["type"], row["realm"], row["access_expires_at"]) == ("token", "913", "2026-03-02T10:00:00.000Z")


def test_it_keeps_a_row_in_couchdb(couch: CouchServer) -> None:
    couch.create_database("connector")
    store = TokenStore(couch.database("connector"), [key()])
    saved = store.save(STORED)

    assert store.load("913") == saved
    again = store.save(replace(saved, disconnected_at=NINE))
    with pytest.raises(DocumentConflict):
        store.save(saved)
    assert store.load("913") == again


def test_it_has_no_row_for_a_realm_that_was_never_connected(rows: Any) -> None:
    assert TokenStore(rows, [key()]).load("913") is None


def test_it_opens_what_an_older_key_sealed_and_seals_with_the_newest(rows: Any) -> None:
    old, new = key(), key()
    TokenStore(rows, [old]).save(STORED)

    rotated = TokenStore(rows, [new, old])
    loaded = rotated.load("913")
    assert loaded is not None and loaded.tokens == TOKENS

    rotated.save(loaded)
    assert TokenStore(rows, [new]).load("913") is not None


def test_it_says_what_to_do_when_no_key_opens_the_row(rows: Any) -> None:
    TokenStore(rows, [key()]).save(STORED)

    with pytest.raises(Misconfigured, match="ROADBOOK_SECRET_KEYS"):
        TokenStore(rows, [key()]).load("913")


def test_it_refuses_a_row_that_was_copied_from_another_realm(rows: Any) -> None:
    store = TokenStore(rows, [key()])
    store.save(STORED)
    rows.rows["token:914"] = {**rows.rows["token:913"], "_id": "token:914"}

    with pytest.raises(Misconfigured, match="another realm"):
        store.load("914")


def test_it_refuses_to_write_over_somebody_elses_row(rows: Any) -> None:
    store = TokenStore(rows, [key()])
    saved = store.save(STORED)
    store.save(saved)

    for late in (saved, STORED):
        with pytest.raises(DocumentConflict):
            store.save(late)


@pytest.mark.parametrize(
    ("hours", "tokens"),
    [(0, ["AB11-refresh-secret", "AB11-previous-secret"]), (23.9, ["AB11-refresh-secret", "AB11-previous-secret"]),
     (24, ["AB11-refresh-secret"])],
)  # fmt: skip
def test_it_tries_the_previous_refresh_token_for_a_day(hours: float, tokens: list[str]) -> None:
    assert STORED.refresh_tokens(NINE + timedelta(hours=hours)) == tokens


def test_it_keeps_the_previous_one_while_the_refresh_token_stays_the_same() -> None:
    later = replace(TOKENS, access_token="eyJ-2", obtained_at=NINE + timedelta(hours=1))

    renewed = STORED.succeeded_by(later)

    assert (renewed.tokens, renewed.previous_refresh_token) == (later, "AB11-previous-secret")
    assert renewed.previous_until == STORED.previous_until


def test_it_keeps_a_replaced_refresh_token_for_its_last_day() -> None:
    later = replace(TOKENS, refresh_token="AB11-next", obtained_at=NINE + timedelta(hours=1))

    renewed = replace(STORED, disconnected_at=NINE).succeeded_by(later)

    assert renewed.previous_refresh_token == "AB11-refresh-secret"
    assert renewed.previous_until == NINE + timedelta(hours=25)
    assert renewed.disconnected_at is None


def test_it_shows_the_times_without_any_key_and_without_any_secret(rows: Any) -> None:
    TokenStore(rows, [key()]).save(STORED)

    outline = TokenStore(rows, [key()]).outline("913")

    assert outline is not None
    assert outline.tokens == replace(TOKENS, access_token="", refresh_token="")
    assert outline.previous_refresh_token == ""


def test_it_seals_again_with_the_newest_key_so_that_the_older_one_may_go(rows: Any) -> None:
    old, new = key(), key()
    TokenStore(rows, [old]).save(STORED)

    assert TokenStore(rows, [new, old]).reseal("913")

    loaded = TokenStore(rows, [new]).load("913")
    assert loaded is not None and replace(loaded, revision="") == STORED
    with pytest.raises(Misconfigured):
        TokenStore(rows, [old]).load("913")
    assert not TokenStore(rows, [new]).reseal("914")


@pytest.mark.parametrize(
    ("later", "changes", "why"),
    [
        (timedelta(hours=2), {}, "it was revoked"),
        (timedelta(days=101), {}, "nothing renewed the sign-in in time, and it ended on June 10, 2026"),
        (timedelta(days=1826), {}, "reached its hard expiry on March 01, 2031"),
        (
            timedelta(hours=26),
            {"unfinished_since": NINE + timedelta(hours=1)},
            "a renewal that began on March 02, 2026",
        ),
        (timedelta(hours=24), {"unfinished_since": NINE + timedelta(hours=1)}, "it was revoked"),
    ],
)
def test_it_says_why_a_sign_in_ended(later: timedelta, changes: dict[str, Any], why: str) -> None:
    assert why in replace(STORED, **changes).why_refused(NINE + later)


def test_an_emptied_row_holds_no_token_and_keeps_its_revision() -> None:
    emptied = replace(STORED, grant="g", holder="h", revision="7-x").emptied(NINE, "alice disconnected it")

    assert emptied.refresh_tokens(NINE) == []
    assert (emptied.tokens.access_token, emptied.grant, emptied.revision) == ("", "", "7-x")


def test_a_hard_expiry_stays_known_when_an_answer_does_not_say_it() -> None:
    later = replace(TOKENS, obtained_at=NINE + timedelta(hours=1), hard_expires_at=None)

    assert STORED.succeeded_by(later).tokens.hard_expires_at == TOKENS.hard_expires_at
