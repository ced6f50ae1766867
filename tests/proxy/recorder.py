"""A small server behind the proxy that writes down every request exactly as it arrives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    """One request: `target` is the request line's, not decoded; `headers` keep every name that was sent."""

    method: str
    target: str
    headers: Message
    body: bytes


class Exchange(BaseHTTPRequestHandler):
    """Reads one request, records it and lets the recorder answer."""

    protocol_version = "HTTP/1.1"
    server: Recorder

    def handle_request(self) -> None:
        """Record the request and answer it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(Request(self.command, self.path, self.headers, body))
        self.server.answer(self)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_COPY = do_OPTIONS = do_PATCH = handle_request

    def reply(self, body: bytes, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Answer with a JSON body."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the tests' output quiet; `requests` holds everything."""


class Recorder(ThreadingHTTPServer):
    """Answers `{"ok":true}` unless `answer` is replaced; `requests` holds what arrived since the last `clear`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.requests: list[Request] = []
        self.answer: Callable[[Exchange], None] = plain_answer
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """127.0.0.1:port"""
        return f"127.0.0.1:{self.server_port}"

    def clear(self) -> None:
        """Forget what arrived, and answer plainly again."""
        self.requests.clear()
        self.answer = plain_answer

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


def plain_answer(exchange: Exchange) -> None:
    """200 and `{"ok":true}`."""
    exchange.reply(b'{"ok":true}\n')
