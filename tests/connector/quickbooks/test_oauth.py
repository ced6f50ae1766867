"""`connector.quickbooks.oauth`: the connect flow against an Intuit that answers by script."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from connector.errors import Disconnected, Misconfigured, QuickBooksError, QuickBooksUnreachable, Throttled
from connector.quickbooks import oauth
from connector.quickbooks.environments import company_address, discovery_address
from connector.quickbooks.oauth import OAuth

GRANTED = {
    "token_type": "bearer",
    "expires_in": 3600,
    "x_refresh_token_expires_in": 8726400,
    "access_token": "eyJ-access",
    "refresh_token": "AB11-refresh",
}


@pytest.fixture
def discovery(server: Any, answer: Any) -> Any:
    """The discovery document as the first scripted answer."""
    document = {
        "issuer": "https://oauth.platform.intuit.com/op/v1",
        "authorization_endpoint": "https://appcenter.intuit.com/connect/oauth2",
        "token_endpoint": f"{server.url}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{server.url}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{server.url}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{server.url}/op/v1/jwks",
    }
    return answer(body=document)


@pytest.fixture
def app(server: Any, wall_clock: Any) -> Iterator[OAuth]:
    made = OAuth(
        server.url,
        "client-id",
        SecretStr("client-secret"),
        "http://localhost:8000/quickbooks/callback",
        clock=wall_clock,
    )
    yield made
    made.close()


def test_it_sends_the_admin_to_intuit_with_state_and_scope(server: Any, discovery: Any, app: OAuth) -> None:
    server.will(discovery)

    address = urlsplit(app.authorization_url("state-1"))

    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://appcenter.intuit.com/connect/oauth2"
    assert parse_qs(address.query) == {
        "client_id": ["client-id"],
        "response_type": ["code"],
        "scope": ["com.intuit.quickbooks.accounting"],
        "redirect_uri": ["http://localhost:8000/quickbooks/callback"],
        "state": ["state-1"],
    }
    assert server.seen[0].path == "/.well-known/openid_sandbox_configuration/"


def test_it_trades_a_code_for_tokens(server: Any, answer: Any, discovery: Any, app: OAuth, wall_clock: Any) -> None:
    server.will(discovery, answer(body={**GRANTED, "x_refresh_token_hard_expires_in": 157680000}))

    tokens = app.exchange("code-1", "913")

    assert (tokens.access_token, tokens.refresh_token) == ("eyJ-access", "AB11-refresh")
    assert tokens.obtained_at == wall_clock()
    assert tokens.access_expires_at == wall_clock() + timedelta(hours=1)
    assert tokens.refresh_expires_at == wall_clock() + timedelta(days=101)
    assert tokens.hard_expires_at == wall_clock() + timedelta(days=1825)
    asked = server.seen[1]
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"client-id:client-secret").decode()
    assert asked.headers["x-include-refresh-token-hard-expires-in"] == "true"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["code-1"],
        "redirect_uri": ["http://localhost:8000/quickbooks/callback"],
    }


def test_it_reads_the_discovery_document_once_and_keeps_no_tokens(
    server: Any, answer: Any, discovery: Any, app: OAuth
) -> None:
    server.will(
        discovery,
        answer(body={**GRANTED, "x_refresh_token_hard_expires_in": 60}),
        answer(body={"access_token": "eyJ-2", "refresh_token": "AB11-2"}),
        answer(body={}),
    )
    app.refresh("AB11-0")
    assert "AB11" not in str(vars(app._client)) and "eyJ" not in str(vars(app._client))

    second = app.refresh("AB11-refresh")
    assert (second.access_expires_at - second.obtained_at, second.hard_expires_at) == (timedelta(hours=1), None)
    with pytest.raises(QuickBooksUnreachable, match="without tokens"):
        app.refresh("AB11-2")
    assert parse_qs(server.seen[1].body.decode()) == {"grant_type": ["refresh_token"], "refresh_token": ["AB11-0"]}


@pytest.mark.parametrize("life", ["soon", None, -5, 3600.5, "", {}])
def test_it_does_not_lose_new_tokens_over_an_odd_life_time(
    server: Any, answer: Any, discovery: Any, app: OAuth, life: object
) -> None:
    server.will(discovery, answer(body={**GRANTED, "expires_in": life, "x_refresh_token_expires_in": "8726400"}))

    tokens = app.refresh("AB11-0")

    assert tokens.refresh_token == "AB11-refresh"
    assert tokens.access_expires_at - tokens.obtained_at == timedelta(hours=1)
    assert tokens.refresh_expires_at - tokens.obtained_at == timedelta(days=101)


def test_it_gives_a_token_back(server: Any, answer: Any, discovery: Any, app: OAuth) -> None:
    server.will(discovery, answer(body=b""))

    app.revoke("AB11-refresh")

    assert (server.seen[1].path, server.seen[1].body) == ("/v2/oauth2/tokens/revoke", b'{"token": "AB11-refresh"}')


@pytest.mark.parametrize(
    ("status", "error"), [(400, Disconnected), (401, Misconfigured), (429, Throttled), (503, QuickBooksUnreachable)]
)
def test_it_tells_a_token_that_is_dead_already_from_a_revocation_that_failed(
    server: Any, answer: Any, discovery: Any, app: OAuth, status: int, error: type[QuickBooksError]
) -> None:
    server.will(discovery, answer(status=status, body={"error": "invalid_request"}))

    with pytest.raises(QuickBooksError) as raised:
        app.revoke("AB11-very-secret")

    assert type(raised.value) is error
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"status": 400, "body": {"error_description": "Incorrect token", "error": "invalid_grant"}}, Disconnected),
        ({"status": 401, "body": {"error": "invalid_client"}}, Misconfigured),
        ({"status": 400, "body": {"error": "invalid_request"}}, Misconfigured),
        ({"status": 404, "body": b"<html>"}, Misconfigured),
        ({"status": 429, "body": b""}, Throttled),
        ({"status": 500, "body": {"error": "invalid_grant"}}, QuickBooksUnreachable),
        ({"status": 503, "body": b"<html>"}, QuickBooksUnreachable),
        ({"status": 200, "body": b"<html>"}, QuickBooksUnreachable),
        ({"ending": "closed"}, QuickBooksUnreachable),
        ({"ending": "silent"}, QuickBooksUnreachable),
    ],
)
def test_it_says_who_must_act_after_a_refusal(
    server: Any,
    answer: Any,
    discovery: Any,
    app: OAuth,
    monkeypatch: pytest.MonkeyPatch,
    how: dict[str, Any],
    error: type[QuickBooksError],
) -> None:
    if how.get("ending") == "silent":
        monkeypatch.setattr(oauth, "TIMEOUT", (0.2, 0.2))
    server.will(discovery, answer(headers={"intuit_tid": "1-trace"}, **how))

    with pytest.raises(QuickBooksError) as raised:
        app.refresh("AB11-very-secret")

    assert type(raised.value) is error
    assert "secret" not in str(raised.value)
    if error in (Disconnected, Misconfigured):
        assert "1-trace" in str(raised.value)


@pytest.mark.parametrize("how", [{"status": 200, "body": {"issuer": "x"}}, {"ending": "closed"}, {"ending": "silent"}])
def test_it_does_not_hang_on_a_broken_discovery(
    server: Any, answer: Any, discovery: Any, app: OAuth, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any]
) -> None:
    patience = 0.2 if how.get("ending") == "silent" else 10.0
    monkeypatch.setattr(oauth, "TIMEOUT", (patience, patience))
    server.will(answer(**how), discovery)

    with pytest.raises(QuickBooksUnreachable):
        app.authorization_url("state-1")
    monkeypatch.setattr(oauth, "TIMEOUT", (10.0, 10.0))
    assert app.authorization_url("state-1").startswith("https://appcenter.intuit.com/")


@pytest.mark.parametrize(
    ("environment", "company", "discovery_document"),
    [
        ("sandbox", "https://sandbox-quickbooks.api.intuit.com", "sandbox"),
        ("production", "https://quickbooks.api.intuit.com", "production"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123",
         "http://127.0.0.1:8123/.well-known/openid_sandbox_configuration/"),
    ],
)  # fmt: skip
def test_it_knows_where_quickbooks_is(environment: str, company: str, discovery_document: str) -> None:
    assert company_address(environment) == company
    assert discovery_address(environment) == discovery_document
