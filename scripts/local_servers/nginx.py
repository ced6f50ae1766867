"""Runs the real nginx with the project's own configuration on a free port of loopback."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local_servers import CHECKOUT

IMAGES = CHECKOUT / "images" / "proxy"
READY_DEADLINE = 10.0  # seconds
ANSWER_DEADLINE = 10.0  # seconds

# The example of an outer proxy's address in nginx.conf; here the tests themselves are the outer proxy.
BEHIND_AN_OUTER_PROXY = {
    "# 10.0.0.5/32 1;": "127.0.0.1/32 1;",
    "# set_real_ip_from 10.0.0.5/32;": "set_real_ip_from 127.0.0.1/32;",
    "# real_ip_header   X-Forwarded-For;": "real_ip_header X-Forwarded-For;",
}

# Where the console's pages begin; the built app goes in front of them, until the app has a place of its own.
PAGES = """
        location / {
            client_max_body_size 2m;
"""
APP = """
        location /app/ {{
            types {{ text/html html; text/javascript js; text/css css; image/png png; image/svg+xml svg;
                    application/manifest+json webmanifest; }}
            alias "{directory}/";
        }}
"""


@dataclass(frozen=True)
class Answer:
    """What came back through the proxy."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def nginx_program() -> str | None:
    """The path of nginx, which Debian keeps outside the path of ordinary accounts; None if it is not installed."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def replaced(text: str, changes: Mapping[str, str]) -> str:
    """The text with every key replaced by its value; raises ValueError unless each occurs exactly once."""
    for old, new in changes.items():
        if text.count(old) != 1:
            raise ValueError(f"{old!r} occurs {text.count(old)} times, not once")
        text = text.replace(old, new)
    return text


class Nginx:
    """A running nginx: addresses, logs and pid under `directory`, everything else as nginx.conf says.

    `app` is a folder of files that it serves at /app/.
    """

    def __init__(
        self,
        directory: Path,
        couchdb: str,
        web: str,
        changes: Mapping[str, str] | None = None,
        tls: bool = False,
        app: Path | None = None,
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.tls_port = free_port() if tls else 0
        self.configuration = directory / "nginx.conf"
        self.access_log = directory / "access.log"
        text = (IMAGES / "nginx.conf").read_text(encoding="utf-8")
        places = {
            "listen 8080;": f"listen 127.0.0.1:{self.port};",
            "/dev/stdout line;": "access.log line;",
            "stderr warn;": "stderr notice;",
        }
        if app is not None:
            places[PAGES] = APP.format(directory=app) + PAGES
        text = replaced(text, places | dict(changes or {}))
        if tls:
            text = replaced(text.replace("#TLS ", ""), {"listen 8443 ssl;": f"listen 127.0.0.1:{self.tls_port} ssl;"})
        self.configuration.write_text(text, encoding="utf-8")
        upstream = (IMAGES / "upstream" / "single.conf").read_text(encoding="utf-8")
        groups = {"server couchdb:5984 resolve;": f"server {couchdb};", "server web:8000 resolve;": f"server {web};"}
        (directory / "upstream.conf").write_text(replaced(upstream, groups), encoding="utf-8")
        self.errors: deque[str] = deque(maxlen=200)
        self._started = threading.Event()

    def command(self, *arguments: str) -> list[str]:
        """nginx on this directory; raises FileNotFoundError where it is not installed."""
        program = nginx_program()
        if program is None:
            raise FileNotFoundError("nginx is not installed")
        account = "user root;" if os.geteuid() == 0 else ""
        options = ["-g", f"daemon off; {account}", "-e", "stderr"]
        return [program, "-p", str(self.directory), "-c", str(self.configuration), *options, *arguments]

    def __enter__(self) -> Self:
        self._started.clear()  # it may have run before
        self._process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._started.wait(READY_DEADLINE)
        if self._process.poll() is not None or not self._started.is_set():
            self._process.kill()
            self._reader.join()
            raise RuntimeError("nginx did not start:\n" + "".join(self.errors))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(READY_DEADLINE)
        self._reader.join()

    def finish(self) -> None:
        """End once every request is answered and logged. A client may see its end before nginx has logged a body's."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(ANSWER_DEADLINE)

    def ask(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes | None = None,
        context: ssl.SSLContext | None = None,
    ) -> Answer:
        """Send one request with exactly these bytes as its target, over TLS if a context is given."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        with self.connection(context) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            # A body that is refused before all of it was read breaks the pipe; the answer is there nevertheless.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(body or b"")
            response = http.client.HTTPResponse(connection, method=method)
            with contextlib.closing(response):
                response.begin()
                answer = Answer(response.status, response.headers, response.read())
            if context is None:
                connection.recv(1)  # without a body nginx writes its log line before it closes the connection
            return answer

    def connection(self, context: ssl.SSLContext | None = None) -> socket.socket:
        """A connection to the proxy, with a deadline on every read."""
        port = self.tls_port if context else self.port
        plain = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_DEADLINE)
        return context.wrap_socket(plain, server_hostname="localhost") if context else plain

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self.errors.append(line)
                if "start worker process" in line:
                    self._started.set()
        self._started.set()
