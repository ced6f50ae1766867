"""Who gets into the console, for how long, and what the browser keeps."""

from __future__ import annotations

import base64
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from itsdangerous import base64_decode

from connector.settings import Settings
from tests.web.conftest import People, SignIns
from web import auth, create_app

TURNED_AWAY = ("bob", "nobody")


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


def test_it_ends_the_session_within_a_minute_when_the_password_is_another(signed_in: SignIns) -> None:
    client = signed_in("olga")
    users = signed_in.people.installation.server.database("_users")
    users.put({**(users.get("org.couchdb.user:olga") or {}), "password": "another one"})
    signed_in.people.installation.spoil()
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
