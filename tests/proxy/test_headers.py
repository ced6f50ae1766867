"""images/proxy/nginx.conf: which headers pass in either direction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local_servers.nginx import BEHIND_AN_OUTER_PROXY, Nginx, free_port
from tests.proxy.conftest import Site
from tests.proxy.recorder import Exchange, Recorder

DOCUMENT = "/couch/catalog/product:1"

STRIPPED = [
    ("X-Auth-CouchDB-UserName", "alice"),
    ("X-Auth-CouchDB-Roles", "_admin"),
    ("X-Auth-CouchDB-Token", "0a1b"),
    ("x-auth-couchdb-roles", "_admin"),
    ("X_Auth_CouchDB_Roles", "_admin"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Destination", "connector"),
    ("Content-Encoding", "gzip"),
    ("Forwarded", "for=10.0.0.1"),
    ("X-Forwarded-Host", "elsewhere.example"),
    ("X-Forwarded-Ssl", "on"),
    ("X-Couchdb-Vhost-Path", "/_all_dbs"),
    ("X-Couchdb-Requested-Path", "/_all_dbs"),
    ("X-Original-Uri", "/_all_dbs"),
    ("Origin", "https://elsewhere.example"),
    ("X-Anything-Else", "1"),
]

PASSED = [
    ("Accept", "multipart/mixed"),
    ("Authorization", "Basic Ym9iOnNlY3JldA=="),
    ("Content-Type", "application/json"),
    ("If-Match", '"1-0a"'),
    ("If-None-Match", '"1-0a"'),
    ("Last-Event-ID", "12-g1AAAA"),
    ("Range", "bytes=0-9"),
    ("User-Agent", "van/1"),
]


@pytest.mark.parametrize(("name", "value"), STRIPPED)
def test_it_keeps_a_header_from_couchdb(site: Site, name: str, value: str) -> None:
    assert site.proxy.ask("GET", DOCUMENT, headers=[(name, value)]).status == 200
    (request,) = site.couch.requests
    assert name not in request.headers
    assert name.replace("_", "-") not in request.headers
    assert value not in request.headers.values()


@pytest.mark.parametrize(("name", "value"), PASSED)
def test_it_passes_a_header_that_replication_needs(site: Site, name: str, value: str) -> None:
    assert site.proxy.ask("GET", DOCUMENT, headers=[(name, value)]).status == 200
    (request,) = site.couch.requests
    assert request.headers.get_all(name) == [value]


def test_it_says_itself_who_the_client_is(site: Site) -> None:
    claims = [("X-Forwarded-For", "10.9.8.7"), ("X-Real-IP", "10.9.8.7"), ("X-Forwarded-Proto", "https")]
    for target in (DOCUMENT, "/"):
        site.proxy.ask("GET", target, headers=claims)
    for request in site.couch.requests + site.web.requests:
        assert request.headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
        assert request.headers.get_all("X-Forwarded-Proto") == ["http"]
    assert len(site.couch.requests + site.web.requests) == 2


def test_it_believes_the_outer_proxy_that_is_named(site: Site, tmp_path: Path) -> None:
    claims = [("X-Forwarded-For", "10.9.8.7"), ("X-Forwarded-Proto", "https")]
    with Nginx(tmp_path, site.couch.address, site.web.address, BEHIND_AN_OUTER_PROXY) as proxy:
        answer = proxy.ask("GET", DOCUMENT, headers=claims)
    (request,) = site.couch.requests
    assert request.headers["X-Forwarded-For"] == "10.9.8.7"
    assert request.headers["X-Forwarded-Proto"] == "https"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("name", ["X-Auth-CouchDB-UserName", "X-Auth-CouchDB-Roles", "X-Auth-CouchDB-Token"])
def test_it_keeps_proxy_authentication_from_the_console(site: Site, name: str) -> None:
    site.proxy.ask("GET", "/orders", headers=[(name, "_admin")])
    (request,) = site.web.requests
    assert name not in request.headers


def test_it_gives_couchdb_no_cookie_but_its_own(site: Site) -> None:
    site.proxy.ask("GET", DOCUMENT, headers=[("Cookie", "session=console; AuthSession=Ym9iOjY5; theme=dark")])
    site.proxy.ask("GET", DOCUMENT, headers=[("Cookie", "session=console")])
    assert [request.headers["Cookie"] for request in site.couch.requests] == ["AuthSession=Ym9iOjY5", None]


def test_it_gives_the_console_its_cookies(site: Site) -> None:
    site.proxy.ask("GET", "/orders", headers=[("Cookie", "session=console; theme=dark")])
    (request,) = site.web.requests
    assert request.headers["Cookie"] == "session=console; theme=dark"


@pytest.mark.parametrize("target", [DOCUMENT, "/", "/couch/_all_dbs"])
def test_it_adds_the_security_headers_once(site: Site, target: str) -> None:
    def answer(exchange: Exchange) -> None:
        names = ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")
        exchange.reply(b"{}", headers=tuple((name, "from upstream") for name in names))

    site.web.answer = answer
    headers = site.proxy.ask("GET", target).headers
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("X-Frame-Options") == ["DENY"]
    assert headers.get_all("Referrer-Policy") == ["same-origin"]
    assert headers["Server"] == "nginx"
    assert "Strict-Transport-Security" not in headers


def test_it_lets_nothing_from_couchdb_run_on_the_consoles_origin(site: Site) -> None:
    policy = "default-src 'none'; frame-ancestors 'none'; sandbox"
    site.couch.answer = lambda exchange: exchange.reply(b"<script>", headers=(("Content-Security-Policy", "x"),))
    assert site.proxy.ask("GET", "/couch/catalog/a/b.html").headers.get_all("Content-Security-Policy") == [policy]
    site.web.answer = lambda exchange: exchange.reply(b"{}", headers=(("Content-Security-Policy", "the console's"),))
    assert site.proxy.ask("GET", "/").headers.get_all("Content-Security-Policy") == ["the console's"]


def test_it_rewrites_where_couchdb_points_to(site: Site) -> None:
    site.couch.answer = lambda exchange: exchange.reply(
        b"{}", 201, (("Location", f"http://{exchange.headers['Host']}/catalog/product:1"),)
    )
    answer = site.proxy.ask("PUT", DOCUMENT, body=b"{}")
    assert answer.headers["Location"].endswith("/couch/catalog/product:1")


@pytest.mark.parametrize("target", [DOCUMENT, "/couch/catalog/_changes", "/couch/_session"])
def test_it_compresses_json(site: Site, target: str) -> None:
    body = json.dumps({"rows": ["again"] * 2000}).encode()
    site.couch.answer = lambda exchange: exchange.reply(body)
    answer = site.proxy.ask("GET", target, headers=[("Accept-Encoding", "gzip")])
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < len(body) / 10


def test_it_logs_no_secret(site: Site, tmp_path: Path) -> None:
    secrets = [("Authorization", "Basic c2VjcmV0LWhlYWRlcg=="), ("Cookie", "AuthSession=secret-cookie")]
    with Nginx(tmp_path, site.couch.address, site.web.address) as proxy:
        proxy.ask("POST", "/couch/_session", headers=secrets, body=b'{"name":"bob","password":"secret-password"}')
        proxy.finish()
    (line,) = proxy.access_log.read_text(encoding="utf-8").splitlines()
    logged = json.loads(line)
    assert (logged["method"], logged["uri"], logged["status"]) == ("POST", "/couch/_session", 200)
    assert "secret" not in line and "c2VjcmV0" not in line


@pytest.mark.parametrize(
    ("target", "logged"),
    [
        ("/quickbooks/callback?state=s&code=AB1SECRET&realmId=1", "/quickbooks/callback"),
        ("/sign-in?next=%2Fquickbooks%2Fcallback%3Fcode%3DAB1SECRET", "/sign-in"),
        ("/?state=parked", "/?state=parked"),
        ("/couch/catalog/_changes?since=0", "/couch/catalog/_changes?since=0"),
    ],
)
def test_it_logs_no_code_that_intuit_leads_back_with(
    nginx_installed: None, tmp_path: Path, target: str, logged: str
) -> None:
    with Recorder() as couch, Recorder() as web, Nginx(tmp_path, couch.address, web.address) as proxy:
        proxy.ask("GET", target)
    lines = [json.loads(line)["uri"] for line in proxy.access_log.read_text().splitlines()]
    assert logged in lines
    assert not [line for line in lines if "SECRET" in line]


@pytest.mark.parametrize(
    "target",
    [
        "/quickbooks/callback?state=s&code=AB1SECRET&realmId=1",
        "/%71uickbooks/callback?state=s&code=AB1SECRET&realmId=1",
        "/sign-in?next=%2Fquickbooks%2Fcallback%3Fcode%3DAB1SECRET",
    ],
)
def test_it_logs_no_code_either_while_the_console_is_down(nginx_installed: None, tmp_path: Path, target: str) -> None:
    with Recorder() as couch, Nginx(tmp_path, couch.address, f"127.0.0.1:{free_port()}") as proxy:
        assert proxy.ask("GET", target).status == 502
        assert proxy.ask("GET", "/orders").status == 502
    (told,) = [line for line in proxy.errors if "connect() failed" in line]
    assert "/orders" in told
    assert not [line for line in proxy.errors if "SECRET" in line]


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/quickbooks/callback?code=1"), ("GET", "/sign-in"), ("POST", "/webhooks/quickbooks")],
)
def test_it_tells_the_console_the_same_of_the_client_in_every_place(site: Site, method: str, target: str) -> None:
    claims = [("X-Forwarded-For", "10.9.8.7"), ("X-Forwarded-Prefix", "/x"), ("X-Auth-CouchDB-Roles", "_admin")]
    site.proxy.ask(method, target, headers=[*claims, ("Cookie", "session=console")])
    site.proxy.ask("GET", "/orders", headers=[*claims, ("Cookie", "session=console")])
    here, elsewhere = (dict(request.headers.items()) for request in site.web.requests)
    assert here == elsewhere
    assert (here["X-Forwarded-For"], here["Cookie"]) == ("127.0.0.1", "session=console")
