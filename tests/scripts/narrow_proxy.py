"""A reverse proxy that refuses large writes, as a careful operator's does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

PASSED_ON = ("Accept", "Authorization", "Content-Type", "Cookie")
PASSED_BACK = ("Content-Type", "Set-Cookie")


class NarrowProxy(ThreadingHTTPServer):
    """Passes requests on to `server`, but answers 413 to bodies of more than `most` bytes."""

    daemon_threads = True

    def __init__(self, server: str, most: int) -> None:
        self.server = server
        self.most = most
        self.refused: list[int] = []  # how large each refused body was
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: NarrowProxy

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Pass a request on, or refuse it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if len(body) > self.server.most:
            self.server.refused.append(len(body))
            self.answer(413, {"Content-Type": "text/html"}, b"<h1>413 Request Entity Too Large</h1>")
            return
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        answer = requests.request(self.command, self.server.server + self.path, data=body, headers=headers, timeout=30)
        back = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
        self.answer(answer.status_code, back, answer.content)

    do_POST = do_PUT = do_GET

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def narrow_proxy(server: str, most: int) -> Iterator[NarrowProxy]:
    """A proxy in front of `server` (its address without credentials) that runs inside the block."""
    with NarrowProxy(server, most) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()
