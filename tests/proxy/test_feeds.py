"""images/proxy/nginx.conf: a changes feed passes line by line, and ends when the client leaves."""

from __future__ import annotations

import contextlib
import http.client
import threading
import zlib

import pytest

from local_servers.nginx import ANSWER_DEADLINE
from tests.proxy.conftest import Site
from tests.proxy.recorder import Exchange

FEED = "/couch/orders-rabcdefghijklm23/_changes?feed={}&heartbeat=10000"
LINES = [b'{"seq":"1-a","id":"order:1"}\n', b"\n", b'{"seq":"2-b","id":"order:2"}\n']


class Feed:
    """An upstream that sends its next line only when the one before has been seen at the other end."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.seen = [threading.Event() for _ in LINES]
        self.in_step = True
        self.left = threading.Event()

    def __call__(self, exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Type", self.kind)
        exchange.send_header("Transfer-Encoding", "chunked")
        exchange.end_headers()
        try:
            for line, seen in zip(LINES, self.seen, strict=True):
                exchange.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
                self.in_step = seen.wait(ANSWER_DEADLINE) and self.in_step
            exchange.connection.settimeout(ANSWER_DEADLINE)
            if exchange.rfile.read(1) == b"":
                self.left.set()
        finally:
            exchange.close_connection = True


@pytest.mark.parametrize(
    ("feed", "kind"),
    [("continuous", "application/json"), ("longpoll", "application/json"), ("eventsource", "text/event-stream")],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_it_passes_each_line_as_it_comes(site: Site, feed: str, kind: str, compressed: bool) -> None:
    upstream = Feed(kind)
    site.couch.answer = upstream
    with site.proxy.connection() as connection, contextlib.ExitStack() as closing:
        accepted = "Accept-Encoding: gzip\r\n" if compressed else ""
        connection.sendall(f"GET {FEED.format(feed)} HTTP/1.1\r\nHost: x\r\n{accepted}\r\n".encode())
        response = http.client.HTTPResponse(connection, method="GET")
        closing.callback(response.close)
        response.begin()
        unpack = zlib.decompressobj(31).decompress if response.headers["Content-Encoding"] == "gzip" else bytes
        for line, seen in zip(LINES, upstream.seen, strict=True):
            got = b""
            while len(got) < len(line):
                got += unpack(response.read1(1000))
            assert got == line
            seen.set()
    assert upstream.left.wait(ANSWER_DEADLINE), "the feed stays open at CouchDB after the client has left"
    assert upstream.in_step
