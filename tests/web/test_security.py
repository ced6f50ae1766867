"""Headers, and writes that another site sends."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import SignIns
from tests.web.ledger_rows import OnRecord, key_of, parked, received

REFUSED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost.elsewhere.example"},
    {"Origin": "http://localhost:8001"},
    {"Origin": "null"},
]
ACCEPTED: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
    {"Origin": "https://localhost"},
    {},
]


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_it_refuses_a_write_from_another_site(signed_in: SignIns, ledger: OnRecord, headers: dict[str, str]) -> None:
    row = parked(received(1), "unknown_product", "QuickBooks does not know the product “Chai”.")
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/retry", headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert ledger.read(row).state == "parked"


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_it_refuses_to_sign_anybody_in_or_out_for_another_site(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/sign-in", data={"name": "olga", "password": "x"}, headers=headers).status_code == 403
    assert client.post("/sign-out", headers=headers).status_code == 403


@pytest.mark.parametrize("headers", ACCEPTED, ids=str)
def test_it_accepts_its_own_forms_and_programs_that_are_no_browsers(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert client.post("/sign-out", headers=headers).status_code == 303


def test_it_lets_links_on_other_sites_lead_here(client: FlaskClient) -> None:
    assert client.get("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nothing", "/healthz", "/static/console.css"])
def test_it_lets_nothing_foreign_run_on_any_answer(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_it_has_pages_kept_by_nobody(client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
