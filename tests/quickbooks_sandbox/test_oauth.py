"""Signing in: consent, codes, tokens with their lives, and who is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.quickbooks_sandbox.api import Api

DAY = 24 * 3600
CALLBACK = "http://localhost:8000/quickbooks/callback"


def consent(api: Api, **changes: str) -> dict[str, str]:
    """What the owner's browser brings back to the app."""
    asked = {"client_id": api.sandbox.client_id, "redirect_uri": CALLBACK, "state": "s 1&2"}
    asked["scope"] = "com.intuit.quickbooks.accounting"
    answer = api.at("GET", "/connect/oauth2", params=asked | changes)
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def works(api: Api, access_token: str) -> bool:
    """Whether the company answers to a token."""
    path = f"/v3/company/{api.sandbox.realm}/preferences"
    return api.at("GET", path, headers={"Authorization": f"Bearer {access_token}"}).status_code == 200


def refused(answer: requests.Response) -> tuple[int, str]:
    """Status and error of a refusal of the token endpoint."""
    assert answer.headers["intuit_tid"]
    return answer.status_code, answer.json()["error"]


def test_it_names_its_endpoints_in_the_discovery_document(api: Api) -> None:
    for path in ("/.well-known/openid_sandbox_configuration/", "/.well-known/openid_configuration"):
        document = api.at("GET", path).json()
        assert set(document) == {
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "revocation_endpoint",
            "jwks_uri",
        }
        assert document["token_endpoint"] == f"{api.sandbox.url}/oauth2/v1/tokens/bearer"


def test_it_gives_tokens_for_a_code_once(api: Api) -> None:
    brought = consent(api)
    assert (brought["state"], brought["realmId"]) == ("s 1&2", api.sandbox.realm)
    exchange = {"grant_type": "authorization_code", "code": brought["code"], "redirect_uri": CALLBACK}

    first = api.token(**exchange)
    again = api.token(**exchange)

    assert works(api, first.json()["access_token"])
    assert refused(again) == (400, "invalid_grant")


def test_it_refuses_a_code_that_is_late_or_was_given_to_another_address(api: Api) -> None:
    late, misdirected = consent(api)["code"], consent(api)["code"]
    other = api.token(grant_type="authorization_code", code=misdirected, redirect_uri="http://localhost:1/")
    assert refused(other) == (400, "invalid_grant")
    api.advance(601)
    answer = api.token(grant_type="authorization_code", code=late, redirect_uri=CALLBACK)
    assert refused(answer) == (400, "invalid_grant")


def test_it_brings_back_why_the_owner_did_not_consent(api: Api) -> None:
    assert consent(api, scope="com.intuit.everything")["error"] == "invalid_scope"
    api.switch(consent="denied")
    brought = consent(api)
    assert (brought["error"], brought["state"], "code" in brought) == ("access_denied", "s 1&2", False)


@pytest.mark.parametrize("changes", [{"client_id": "stranger"}, {"redirect_uri": ""}])
def test_it_shows_no_consent_page_to_a_stranger(api: Api, changes: dict[str, str]) -> None:
    asked = {"client_id": api.sandbox.client_id, "redirect_uri": CALLBACK} | changes
    assert api.at("GET", "/connect/oauth2", params=asked).status_code == 400


def test_it_rotates_the_refresh_token_and_takes_the_old_one_for_a_day(api: Api) -> None:
    old = api.sandbox.refresh_token
    first = api.token(grant_type="refresh_token", refresh_token=old).json()
    assert first["token_type"] == "bearer"
    assert (first["expires_in"], first["x_refresh_token_expires_in"]) == (3600, 8_726_400)
    assert "x_refresh_token_hard_expires_in" not in first
    assert first["refresh_token"] != old

    api.advance(DAY - 60)
    assert api.token(grant_type="refresh_token", refresh_token=old).status_code == 200
    api.advance(DAY + 60)
    assert refused(api.token(grant_type="refresh_token", refresh_token=old)) == (400, "invalid_grant")
    assert api.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).status_code == 200


def test_it_keeps_a_refresh_tokens_value_for_a_day_if_told_to(api: Api) -> None:
    api.switch(refresh_token_changes="daily")
    value = api.refresh()["refresh_token"]
    assert api.refresh()["refresh_token"] == value
    api.advance(DAY + 60)
    assert api.refresh()["refresh_token"] != value


@pytest.mark.parametrize(("seconds", "status"), [(8_726_000, 200), (8_727_000, 400)])
def test_it_ends_a_refresh_token_that_lay_idle(api: Api, seconds: int, status: int) -> None:
    api.advance(seconds)
    assert api.token(grant_type="refresh_token", refresh_token=api.refresh_token).status_code == status


def test_it_ends_a_connection_five_years_after_consent_however_often_it_is_used(api: Api) -> None:
    headers = {"x-include-refresh-token-hard-expires-in": "true"}
    auth = (api.sandbox.client_id, api.sandbox.client_secret)
    lefts = []
    for days in range(0, 5 * 365, 90):
        api.advance(days * DAY)
        form = {"grant_type": "refresh_token", "refresh_token": api.refresh_token}
        tokens = api.at("POST", "/oauth2/v1/tokens/bearer", data=form, auth=auth, headers=headers).json()
        api.refresh_token = tokens["refresh_token"]
        lefts.append(tokens["x_refresh_token_hard_expires_in"])
    assert lefts == sorted(lefts, reverse=True)
    assert tokens["x_refresh_token_expires_in"] == lefts[-1] < 90 * DAY
    api.advance(5 * 365 * DAY + 60)
    assert refused(api.token(grant_type="refresh_token", refresh_token=api.refresh_token)) == (400, "invalid_grant")


@pytest.mark.parametrize("auth", [("cid", "wrong"), ("stranger", "sec"), None])
def test_it_refuses_an_app_it_does_not_know(api: Api, auth: tuple[str, str] | None) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": api.refresh_token}
    headers = {"Authorization": None} if auth is None else {}
    answer = api.at("POST", "/oauth2/v1/tokens/bearer", data=form, auth=auth, headers=headers)
    assert refused(answer) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Intuit"'


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "AB1never-given"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "AB1never-given"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "unsupported_grant_type"),
    ],
)
def test_it_refuses_grants_that_are_none(api: Api, form: dict[str, str], error: str) -> None:
    assert refused(api.token(**form)) == (400, error)


def test_it_ends_access_tokens_when_their_time_is_over(api: Api) -> None:
    api.control("POST", "tokens", {"access_life": 60})
    access = api.refresh()["access_token"]
    assert works(api, access)
    api.advance(61)
    assert not works(api, access)


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
@pytest.mark.parametrize("encoding", ["json", "data"])
def test_it_revokes_a_whole_connection(api: Api, which: str, encoding: str) -> None:
    tokens = api.refresh()
    auth = (api.sandbox.client_id, api.sandbox.client_secret)
    body: dict[str, Any] = {encoding: {"token": tokens[which]}}

    assert api.at("POST", "/v2/oauth2/tokens/revoke", auth=auth, json={"token": "none"}).status_code == 400
    assert api.at("POST", "/v2/oauth2/tokens/revoke", auth=auth, **body).status_code == 200

    assert not works(api, tokens["access_token"])
    answer = api.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused(answer) == (400, "invalid_grant")


def test_it_says_who_signed_in(api: Api) -> None:
    assert "@" in api.at("GET", "/v1/openid_connect/userinfo").json()["email"]
    refusal = api.at("GET", "/v1/openid_connect/userinfo", headers={"Authorization": "Bearer expired-token-of-old"})
    assert refusal.status_code == 401
