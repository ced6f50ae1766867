"""Who gets into the console, for how long, and what the browser keeps."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import base64_decode

from connector.settings import Settings
from tests.web.conftest import People, SignIns
from tests.web.ledger_rows import OnRecord, key_of, parked, received
from web import auth, create_app

OPEN = {"auth.sign_in", "auth.sign_in_submit", "auth.sign_out", "probes.healthz", "probes.readyz", "static"}
OPEN |= {"app.file", "app.without_slash"}  # the reps' app holds no data
SIGNED = {"webhooks.quickbooks"}  # open to whoever signs: see test_webhooks.py
# for devices, by CouchDB's own rights: see replication/test_rights.py
OF_DEVICES = {"replication.manifest", "replication.body", "replication.changes"}
ROW = parked(received(1), "unknown_product", "QuickBooks does not know the product “Chai”.")
PAGES = {
    "orders.index": ("GET", "/", 200),
    "orders.table": ("GET", "/orders/table", 200),
    "orders.show": ("GET", f"/orders/{key_of(ROW)}", 200),
    "orders.retry": ("POST", f"/orders/{key_of(ROW)}/retry", 303),
    "orders.link": ("POST", f"/orders/{key_of(ROW)}/link", 409),
    "orders.rename": ("POST", f"/orders/{key_of(ROW)}/rename", 409),
    "quickbooks.show": ("GET", "/quickbooks", 200),
    "status.show": ("GET", "/status", 200),
    "design.show": ("GET", "/design", 200),
    "design.progress": ("GET", "/design/progress", 200),
    "design.standing": ("GET", "/design/standing", 200),
    "design.show_plan": ("GET", "/design/plan", 200),
}
ADMIN_PAGES = {
    "quickbooks.connect": ("POST", "/quickbooks/connect"),
    "quickbooks.callback": ("GET", "/quickbooks/callback"),
    "quickbooks.disconnect": ("POST", "/quickbooks/disconnect"),
    "design.start_deploy": ("POST", "/design/deploy"),
    "design.start_rollback": ("POST", "/design/rollback"),
    "design.start_accept": ("POST", "/design/accept"),
}
CONSOLE_PEOPLE = ("alice", "olga")
TURNED_AWAY = ("bob", "nobody")


def test_it_has_a_row_in_the_table_for_every_page_that_is_not_open(app: Flask) -> None:
    closed = {rule.endpoint for rule in app.url_map.iter_rules()} - OPEN - SIGNED - OF_DEVICES
    assert closed == set(PAGES) | set(ADMIN_PAGES)


@pytest.mark.parametrize("endpoint", [*PAGES, *ADMIN_PAGES])
def test_it_sends_somebody_who_is_not_signed_in_to_the_sign_in_page(client: FlaskClient, endpoint: str) -> None:
    method, path, *_ = (PAGES | ADMIN_PAGES)[endpoint]
    answer = client.open(path, method=method)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("name", CONSOLE_PEOPLE)
def test_it_shows_every_page_to_the_office(signed_in: SignIns, ledger: OnRecord, name: str) -> None:
    ledger.write(ROW)
    client = signed_in(name)
    answers = {endpoint: client.open(path, method=method) for endpoint, (method, path, _) in PAGES.items()}
    assert {endpoint: answer.status_code for endpoint, answer in answers.items()} == {
        endpoint: status for endpoint, (_, _, status) in PAGES.items()
    }


@pytest.mark.parametrize("endpoint", ADMIN_PAGES)
def test_it_lets_only_admins_act_where_the_office_may_look(signed_in: SignIns, people: People, endpoint: str) -> None:
    method, path = ADMIN_PAGES[endpoint]
    answer = signed_in("olga").open(path, method=method)
    assert answer.status_code == 403
    assert "role admin" in answer.text
    for name in ("alice", people.installation.server.user):
        assert "role admin" not in signed_in(name).open(path, method=method).text


def test_it_lets_a_server_admin_in(signed_in: SignIns, people: People) -> None:
    assert signed_in(people.installation.server.user).get("/").status_code == 200


@pytest.mark.parametrize("name", TURNED_AWAY)
def test_it_turns_away_whoever_has_no_office_role(signed_in: SignIns, client: FlaskClient, name: str) -> None:
    answer = signed_in.send(client, name, signed_in.people.passwords[name])
    assert answer.status_code == 403
    assert f"{name} may not enter" in answer.text
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("name", "password"), [("dora", "wrong"), ("dora", ""), ("charlie", "wrong"), ("", ""), ("dora:x", "\x00")]
)
def test_it_refuses_a_wrong_name_or_password(signed_in: SignIns, client: FlaskClient, name: str, password: str) -> None:
    answer = signed_in.send(client, name.replace("dora", signed_in.people.newcomer()), password)
    assert answer.status_code == 401
    assert "The name or the password is wrong." in answer.text
    assert client.get("/").status_code == 302


def test_it_says_that_couchdb_has_locked_an_account(signed_in: SignIns, client: FlaskClient, embedded: bool) -> None:
    if embedded:
        pytest.skip("the embedded server locks no accounts")
    name = signed_in.people.newcomer()
    statuses = [signed_in.send(client, name, "wrong").status_code for _ in range(5)]
    answer = signed_in.send(client, name, signed_in.people.passwords[name])
    assert (set(statuses), answer.status_code) == ({401}, 403)
    assert "locked for a few minutes" in answer.text


def test_it_says_so_when_nobody_can_sign_in_because_couchdb_is_away(settings: Settings) -> None:
    away = settings.model_copy(update={"couchdb_url": "http://admin:secret@127.0.0.1:9"})
    answer = create_app(away).test_client().post("/sign-in", data={"name": "olga", "password": "x"})
    assert answer.status_code == 503
    assert "CouchDB does not answer" in answer.text


def test_it_keeps_neither_the_password_nor_couchdbs_cookie_where_the_browser_can_read_it(signed_in: SignIns) -> None:
    cookie = signed_in("olga").get_cookie("roadbook")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    packed, value = cookie.value.startswith("."), cookie.value.lstrip(".").split(".")[0]
    readable = zlib.decompress(base64_decode(value)) if packed else base64_decode(value)
    assert b'"name":"olga"' in readable
    assert signed_in.people.passwords["olga"].encode() not in readable
    assert base64.b64encode(b"olga:")[:6] not in readable


@pytest.mark.parametrize(
    ("base_url", "headers", "secure"),
    [
        ("http://localhost", {}, False),
        ("https://localhost", {}, True),
        ("http://localhost", {"X-Forwarded-Proto": "https"}, True),
    ],
)
def test_it_marks_the_cookie_secure_when_the_browser_came_by_https(
    signed_in: SignIns, client: FlaskClient, base_url: str, headers: dict[str, str], secure: bool
) -> None:
    form = {"name": "olga", "password": signed_in.people.passwords["olga"]}
    answer = client.post("/sign-in", data=form, base_url=base_url, headers=headers)
    assert ("Secure" in answer.headers["Set-Cookie"]) is secure


def test_it_forgets_who_signs_out(signed_in: SignIns) -> None:
    client = signed_in("olga")
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/status", "/status"),
        ("/?state=parked&page=2", "/?state=parked&page=2"),
        ("", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example/", "/"),
        ("/\n/elsewhere.example", "/"),
    ],
)
def test_it_goes_on_to_a_page_of_its_own_only(
    signed_in: SignIns, client: FlaskClient, wanted: str, reached: str
) -> None:
    assert signed_in.send(client, "olga", signed_in.people.passwords["olga"], wanted).location == reached


def following(location: str) -> str:
    """Where a sign-in page leads afterwards."""
    parts = urlsplit(location)
    assert parts.path == "/sign-in"
    return parse_qs(parts.query)["next"][0]


def test_it_comes_back_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    assert following(client.get("/?state=parked").location) == "/?state=parked"


def test_it_sends_the_whole_page_to_the_sign_in_when_a_refresh_finds_nobody_signed_in(client: FlaskClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/?state=parked"}
    answer = client.get("/orders/table?state=parked", headers=headers)
    assert answer.status_code == 401
    assert following(answer.headers["HX-Redirect"]) == "/?state=parked"
    assert not answer.data


def later(client: FlaskClient, *, checked: int = 0, signed_in: int = 0) -> None:
    """Make a browser's session older by some seconds."""
    with client.session_transaction() as session:
        session["checked_at"] -= checked
        session["signed_in_at"] -= signed_in


def test_it_does_not_ask_couchdb_again_within_a_minute(signed_in: SignIns) -> None:
    client = signed_in("olga")
    signed_in.people.remove("olga")
    later(client, checked=auth.CHECK_EVERY - 30)
    assert client.get("/").status_code == 200


def test_it_ends_the_session_of_a_deleted_account_within_a_minute(signed_in: SignIns) -> None:
    client = signed_in("olga")
    signed_in.people.remove("olga")
    later(client, checked=auth.CHECK_EVERY)
    assert client.get("/").status_code == 302


def test_it_notices_within_a_minute_that_a_role_was_taken_away(signed_in: SignIns) -> None:
    client = signed_in("olga")
    signed_in.people.change("olga", ["rep"])
    later(client, checked=auth.CHECK_EVERY)
    answer = client.get("/")
    assert answer.status_code == 403
    assert "olga has none of the roles" in answer.text


def test_it_goes_on_after_asking_couchdb_again(signed_in: SignIns) -> None:
    client = signed_in("olga")
    for _ in range(2):
        later(client, checked=auth.CHECK_EVERY)
        assert client.get("/").status_code == 200
    with client.session_transaction() as session:
        assert session["roles"] == ["ops"]


def test_it_asks_for_the_password_again_after_twelve_hours(signed_in: SignIns) -> None:
    client = signed_in("olga")
    later(client, signed_in=auth.LIFE)
    assert client.get("/").status_code == 302


def test_it_does_not_believe_a_cookie_that_was_changed(signed_in: SignIns) -> None:
    client = signed_in("olga")
    cookie = client.get_cookie("roadbook")
    assert cookie is not None
    client.set_cookie("roadbook", cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B") + "x")
    assert client.get("/").status_code == 302
