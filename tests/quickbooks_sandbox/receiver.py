"""An app that listens for webhooks and answers them as it is told."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 15  # seconds


@dataclass(frozen=True)
class Heard:
    """One request: lower-case headers and the body's bytes."""

    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What CloudEvents say: type and entity id of each."""
        return [(event["type"], event["intuitentityid"]) for event in self.document]


class Receiver:
    """Answers 200, or the statuses of `answers` first; `gate` holds answers back while it is clear."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Heard] = queue.Queue()
        self.answers: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Note the request and answer it."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.put(Heard({name.lower(): value for name, value in self.headers.items()}, body))
                receiver.gate.wait(PATIENCE)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hooks"

    def next(self) -> Heard:
        """The next request, waited for."""
        return self.heard.get(timeout=PATIENCE)

    def close(self) -> None:
        """Stop."""
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE)
