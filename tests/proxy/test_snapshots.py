"""images/proxy/nginx.conf: snapshots and deltas come from the console, with nothing but CouchDB's credentials."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from local_servers.nginx import Nginx, free_port
from tests.proxy.conftest import Site
from tests.proxy.recorder import Exchange, Recorder
from tests.proxy.test_allow_list import HASH
from tests.proxy.test_cookies import COOKIE, cookie_of
from tests.proxy.test_headers import STRIPPED

MANIFEST = "/couch/catalog/_snapshot"
BODY = f"/couch/customers-north/_snapshot/{HASH}"
DELTA = "/couch/customers-north-2/_delta?since=12-g1AAAACbeJzLYWBg_%2B%2F&limit=1000"
TARGETS = [MANIFEST, BODY, DELTA]
LETTER = "/couch/orders-rabcdefghijklmn2/_letter/01JAB2C3D4E5F6G7H8J9KAMBNC"
PACKED = gzip.compress(json.dumps({"columns": ["again"] * 3000}).encode(), mtime=0)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_console_is_asked_byte_for_byte_and_couchdb_is_not(site: Site, method: str, target: str) -> None:
    assert site.proxy.ask(method, target).status == 200
    assert [(request.method, request.target) for request in site.web.requests] == [(method, target)]
    assert site.couch.requests == []


def test_an_orders_pdf_is_the_consoles_too_with_the_reps_own_credentials(site: Site) -> None:
    cookies = ("Cookie", "roadbook=console; AuthSession=Ym9iOjY5")
    assert site.proxy.ask("GET", LETTER, headers=[cookies]).status == 200
    (request,) = site.web.requests
    assert (request.method, request.target) == ("GET", LETTER)
    assert request.headers.get_all("Cookie") == ["AuthSession=Ym9iOjY5"]
    assert site.couch.requests == []


@pytest.mark.parametrize("target", TARGETS)
def test_it_passes_couchdbs_credentials_and_no_others(site: Site, target: str) -> None:
    cookies = ("Cookie", "roadbook=console; AuthSession=Ym9iOjY5; theme=dark")
    site.proxy.ask("GET", target, headers=[cookies, ("Authorization", "Basic Ym9iOnNlY3JldA==")])
    site.proxy.ask("GET", target, headers=[("Cookie", "roadbook=console")])
    with_them, without = site.web.requests
    assert with_them.headers.get_all("Cookie") == ["AuthSession=Ym9iOjY5"]
    assert with_them.headers.get_all("Authorization") == ["Basic Ym9iOnNlY3JldA=="]
    assert "Cookie" not in without.headers


@pytest.mark.parametrize(("name", "value"), [*STRIPPED, ("X-Forwarded-Prefix", "/x"), ("Range", "bytes=0-9")])
def test_it_keeps_every_other_header_from_the_console(site: Site, name: str, value: str) -> None:
    site.proxy.ask("GET", BODY, headers=[(name, value)])
    (request,) = site.web.requests
    assert name not in request.headers
    assert value not in request.headers.values()


@pytest.mark.parametrize("name", ["Accept-Encoding", "If-None-Match", "User-Agent"])
def test_it_passes_what_conditions_and_encodings_need(site: Site, name: str) -> None:
    site.proxy.ask("GET", BODY, headers=[(name, '"br"')])
    (request,) = site.web.requests
    assert request.headers.get_all(name) == ['"br"']


def test_it_says_itself_who_the_client_is(site: Site) -> None:
    site.proxy.ask("GET", MANIFEST, headers=[("X-Forwarded-For", "10.9.8.7"), ("X-Forwarded-Proto", "https")])
    (request,) = site.web.requests
    assert request.headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert request.headers.get_all("X-Forwarded-Proto") == ["http"]


def test_a_body_that_is_sent_along_goes_no_further(site: Site) -> None:
    assert site.proxy.ask("GET", MANIFEST, body=b"x" * 100).status == 200
    (request,) = site.web.requests
    assert request.body == b""
    assert "Content-Length" not in request.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_console_packed_arrives_as_it_was(site: Site, method: str) -> None:
    headers = (
        ("Content-Encoding", "gzip"),
        ("ETag", f'"{HASH}-gzip"'),
        ("Cache-Control", "private, max-age=31536000, immutable"),
        ("Vary", "Accept-Encoding"),
    )
    site.web.answer = lambda exchange: exchange.reply(PACKED, headers=headers)
    answer = site.proxy.ask(method, BODY, headers=[("Accept-Encoding", "gzip, br")])
    assert [answer.headers.get_all(name) for name, _ in headers] == [[value] for _, value in headers]
    assert answer.headers["Content-Length"] == str(len(PACKED))
    assert answer.body == (PACKED if method == "GET" else b"")


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_console_did_not_pack_keeps_its_strong_etag(site: Site, target: str) -> None:
    plain = gzip.decompress(PACKED)
    site.web.answer = lambda exchange: exchange.reply(plain, headers=(("ETag", f'"{HASH}"'),))
    answer = site.proxy.ask("GET", target, headers=[("Accept-Encoding", "gzip")])
    assert (answer.headers["ETag"], answer.headers["Content-Encoding"], answer.body) == (f'"{HASH}"', None, plain)


def test_not_modified_passes(site: Site) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.send_response(304)
        exchange.send_header("ETag", f'"{HASH}"')
        exchange.end_headers()

    site.web.answer = answer
    found = site.proxy.ask("GET", MANIFEST, headers=[("If-None-Match", f'"{HASH}"')])
    assert (found.status, found.headers["ETag"], found.body) == (304, f'"{HASH}"', b"")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_passes_as_it_is(site: Site, status: int) -> None:
    site.web.answer = lambda exchange: exchange.reply(b'{"error":"e","reason":"r"}\n', status)
    answer = site.proxy.ask("GET", BODY)
    assert (answer.status, answer.json()) == (status, {"error": "e", "reason": "r"})


def test_a_renewed_sign_in_is_narrowed_to_couchdbs_place(site: Site) -> None:
    site.web.answer = lambda exchange: exchange.reply(b"{}", headers=(("Set-Cookie", COOKIE),))
    assert cookie_of(site.proxy.ask("GET", DELTA))["path"] == "/couch/"


def test_nothing_of_it_may_run_on_the_consoles_origin(site: Site) -> None:
    site.web.answer = lambda exchange: exchange.reply(b"<script>", headers=(("Content-Security-Policy", "x"),))
    policies = site.proxy.ask("GET", BODY).headers.get_all("Content-Security-Policy")
    assert policies == ["default-src 'none'; frame-ancestors 'none'; sandbox"]


def test_it_says_so_while_the_console_is_down(nginx_installed: None, tmp_path: Path) -> None:
    with Recorder() as couch, Nginx(tmp_path, couch.address, f"127.0.0.1:{free_port()}") as proxy:
        answer = proxy.ask("GET", MANIFEST)
        assert couch.requests == []
    reason = "the console does not answer; replicate as usual"
    assert (answer.status, answer.json()) == (503, {"error": "unreachable", "reason": reason})
    assert answer.headers.get_all("Retry-After") == ["10"]


@pytest.mark.parametrize(("said", "seconds"), [(None, "10"), ("2", "2")])
def test_the_console_may_say_when_to_come_again(site: Site, said: str | None, seconds: str) -> None:
    headers = (("Retry-After", said),) if said else ()
    site.web.answer = lambda exchange: exchange.reply(b"{}", 503, headers)
    assert site.proxy.ask("GET", MANIFEST).headers.get_all("Retry-After") == [seconds]
