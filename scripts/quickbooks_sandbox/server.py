"""The HTTP server: one thread a connection, headers, and connections that end without an answer."""

from __future__ import annotations

import secrets
import socket
import sys
import threading
import time
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from quickbooks_sandbox.attachments import file_reply
from quickbooks_sandbox.chunked import read_chunks
from quickbooks_sandbox.control import control_reply
from quickbooks_sandbox.exchange import Cut, Dropped, Reply, Request, json_reply
from quickbooks_sandbox.gateway import company_reply
from quickbooks_sandbox.sandbox import Sandbox
from quickbooks_sandbox.sign_in import sign_in_reply

LARGEST_BODY = 10_000_000  # bytes
CHUNK = 1_000_000  # bytes


class Server(ThreadingHTTPServer):
    """One thread a connection; `stopping` ends the faults that wait."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to report, everything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """The requests of one connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one piece, or not at all

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the counters tell what happened."""

    def do_GET(self) -> None:
        """Answer a request of any method."""
        try:
            reply = self._reply()
        except Dropped:
            self._end()
            return
        except Cut as cut:
            self._send(cut.reply, len(cut.reply.body) // 2)
            self.wfile.flush()
            self._end()
            return
        self._send(reply, len(reply.body))

    do_POST = do_DELETE = do_GET

    def _reply(self) -> Reply:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            try:
                return self._answer(read_chunks(self.rfile, LARGEST_BODY))
            except ValueError as error:
                self.close_connection = True
                return json_reply(413, {"error": str(error)})
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            left = int(length) if length.isdigit() else 0
            while left > 0 and (read := self.rfile.read(min(left, CHUNK))):
                left -= len(read)
            return json_reply(413, {"error": f"a body of {length} bytes is not read"})
        return self._answer(self.rfile.read(int(length)))

    def _answer(self, body: bytes) -> Reply:
        """Route a request that was read whole."""
        parts = urlsplit(self.path)
        request = Request(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        if request.path.startswith("/v3/company/"):
            return company_reply(self.server.sandbox, request, self.server.stopping)
        if request.path.startswith("/_control/"):
            return control_reply(self.server.sandbox, request)
        if request.path.startswith("/_files/"):
            return file_reply(self.server.sandbox.companies, request.path)
        return sign_in_reply(self.server.sandbox, request, self.server.stopping)

    def _send(self, reply: Reply, length: int) -> None:
        """Write the head and the first `length` bytes of the body."""
        head = {
            "Server": "quickbooks-sandbox",
            "Date": formatdate(usegmt=True),
            "Content-Type": reply.kind,
            "Content-Length": str(len(reply.body)),
            "intuit_tid": f"1-{int(time.time()):08x}-{secrets.token_hex(12)}",
            **reply.headers,
        }
        if self.close_connection:
            head["Connection"] = "close"
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        status = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
        self.wfile.write(f"{status}{lines}\r\n".encode("latin-1") + reply.body[:length])

    def _end(self) -> None:
        """End the connection now."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
