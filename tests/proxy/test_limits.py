"""images/proxy/nginx.conf: how much passes, and how often; what a client is told when it was too much."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_servers.nginx import Nginx, free_port
from tests.proxy.conftest import Site
from tests.proxy.recorder import Exchange
from web.webhooks import MOST_BYTES

BULK = "/couch/orders-rabcdefghijklm23/_bulk_docs"
MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(("target", "size"), [(BULK, 9_000_000), (BULK, 16 * MEBIBYTE), ("/couch/_session", 16 * 1024)])
def test_it_takes_a_body_up_to_the_limit(site: Site, target: str, size: int) -> None:
    assert site.proxy.ask("POST", target, body=b"x" * size).status == 200
    (request,) = site.couch.requests
    assert len(request.body) == size


@pytest.mark.parametrize(("target", "size"), [(BULK, 16 * MEBIBYTE + 1), ("/couch/_session", 16 * 1024 + 1)])
def test_it_refuses_a_larger_body_in_json(site: Site, target: str, size: int) -> None:
    answer = site.proxy.ask("POST", target, body=b"x" * size)
    assert answer.status == 413
    assert answer.json()["error"] == "too_large"
    assert site.couch.requests == []


def test_it_refuses_a_larger_body_that_does_not_say_its_length(site: Site) -> None:
    with site.proxy.connection() as connection:
        head = "POST /couch/_session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode() + b"5000\r\n" + b"x" * 0x5000 + b"\r\n0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
    assert site.couch.requests == []


def test_it_leaves_a_document_that_is_too_large_to_couchdb(site: Site) -> None:
    refusal = b'{"error":"document_too_large","reason":"order:x"}\n'
    site.couch.answer = lambda exchange: exchange.reply(refusal, 413)
    answer = site.proxy.ask("POST", BULK, body=b"x" * 8_100_000)
    assert (answer.status, answer.body) == (413, refusal)


def test_it_slows_down_whoever_tries_passwords(site: Site, tmp_path: Path) -> None:
    with Nginx(tmp_path, site.couch.address, site.web.address) as proxy:
        answers = [proxy.ask("POST", "/couch/_session", body=b"{}") for _ in range(30)]
        refused = [answer for answer in answers if answer.status == 429]
        assert {answer.status for answer in answers} == {200, 429}
        assert 21 <= len(site.couch.requests) <= 23
        assert len(refused) + len(site.couch.requests) == 30
        assert refused[0].json()["error"] == "too_many_requests"
        assert refused[0].headers["Retry-After"] == "3"
        assert proxy.ask("GET", "/couch/_session").status == 200
        assert proxy.ask("POST", BULK, body=b"{}").status == 200


@pytest.mark.parametrize("target", ["/sign-in", "/%73ign-in?next=/orders"])
def test_it_slows_down_whoever_tries_passwords_at_the_console(site: Site, tmp_path: Path, target: str) -> None:
    with Nginx(tmp_path, site.couch.address, site.web.address) as proxy:
        answers = [proxy.ask("POST", target, body=b"name=bob").status for _ in range(25)]
        assert answers[:21] == [200] * 21
        assert 429 in answers
        assert proxy.ask("GET", "/sign-in").status == 200
    assert {request.target for request in site.web.requests} == {target, "/sign-in"}


def test_it_takes_a_burst_of_webhooks_and_refuses_a_flood(site: Site, tmp_path: Path) -> None:
    with Nginx(tmp_path, site.couch.address, site.web.address) as proxy:
        with ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(proxy.ask, "POST", "/webhooks/quickbooks", body=b"{}") for _ in range(400)]
        statuses = [answer.result().status for answer in answers]
        assert statuses[:100] == [200] * 100
        assert set(statuses) == {200, 429}
        assert proxy.ask("GET", "/orders").status == 200


@pytest.mark.parametrize(("size", "status"), [(MEBIBYTE, 200), (MEBIBYTE + 1, 413)])
def test_a_webhook_may_be_as_large_as_the_console_takes_it(site: Site, size: int, status: int) -> None:
    assert size <= MOST_BYTES or status == 413
    assert site.proxy.ask("POST", "/webhooks/quickbooks", body=b"x" * size).status == status
    assert len(site.web.requests) == (1 if status == 200 else 0)


def test_it_answers_in_json_while_couchdb_is_away(site: Site, tmp_path: Path) -> None:
    with Nginx(tmp_path, f"127.0.0.1:{free_port()}", site.web.address) as proxy:
        answer = proxy.ask("GET", "/couch/catalog/_changes")
    assert answer.status == 503
    assert answer.json()["error"] == "unreachable"
    assert answer.headers["Retry-After"] == "10"


@pytest.mark.parametrize(("status", "error"), [(401, "unauthorized"), (404, "not_found"), (500, "internal")])
def test_it_passes_couchdbs_own_refusals(site: Site, status: int, error: str) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.reply(f'{{"error":"{error}"}}'.encode(), status)

    site.couch.answer = answer
    found = site.proxy.ask("GET", "/couch/catalog/")
    assert (found.status, found.json()) == (status, {"error": error})
