"""`connector.quickbooks.connection`: sign-in, token row, pace and gateway of one realm working together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from connector.errors import Disconnected, QuickBooksUnreachable
from connector.quickbooks import Connection


@pytest.fixture
def connection(server: Any, rows: Any, secret_keys: list[SecretStr]) -> Any:
    made = Connection(
        server.url,
        "913",
        rows,
        client_id="client-id",
        client_secret=SecretStr("client-secret"),
        redirect_uri="http://localhost:8000/quickbooks/callback",
        secret_keys=secret_keys,
    )
    yield made
    made.close()


def test_it_sends_nothing_before_it_is_asked(connection: Connection, server: Any) -> None:
    with pytest.raises(Disconnected):
        connection.gateway.preferences()

    assert server.seen == []


def test_it_connects_saves_and_calls(connection: Connection, server: Any, answer: Any, rows: Any) -> None:
    endpoints = ("authorization", "token", "userinfo", "revocation")
    discovery = {f"{name}_endpoint": f"{server.url}/{name}" for name in endpoints}
    granted = {"access_token": "eyJ-1", "refresh_token": "AB11-1", "expires_in": 3600}
    server.will(
        answer(body={**discovery, "issuer": "i", "jwks_uri": "j"}),
        answer(body=granted),
        answer(status=401, body={"fault": {"error": [{"code": "3200"}]}}),
        answer(body={**granted, "access_token": "eyJ-2"}),
        answer(body={"Preferences": {"Id": "1"}}),
    )
    connection.tokens.adopt_refresh_token("AB11-0")

    assert connection.gateway.preferences() == {"Id": "1"}
    assert [seen.headers.get("authorization", "").partition(" ")[2][:5] for seen in server.seen[2::2]] == [
        "eyJ-1",
        "eyJ-2",
    ]
    assert "token:913" in rows.rows
    stored = connection.store.load("913")
    assert stored is not None and stored.tokens.access_token == "eyJ-2"


def test_it_lets_nobody_wait_once_it_is_closed(connection: Connection, server: Any, answer: Any) -> None:
    connection.close()

    with pytest.raises(QuickBooksUnreachable), connection.pace.turn():
        raise AssertionError("nobody gets a turn any more")
