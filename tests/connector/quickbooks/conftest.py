"""What the QuickBooks tests share: an HTTP server that answers by script, token rows in memory, a clock to turn."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from connector.errors import DocumentConflict
from connector.quickbooks import Connection, canonical_json
from connector.quickbooks.gateway import Gateway
from connector.quickbooks.pace import Pace
from connector.quickbooks.transport import Transport
from local_servers import quickbooks_sandbox

REALM = "9130000000000001"


@dataclass
class Answer:
    """One scripted answer; `ending` says how the connection is treated."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    ending: str = (
        "complete"  # complete | closed (no answer at all) | cut (half of the body) | silent (until the test ends)
    )

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Seen:
    """One request that arrived."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: bytes


class ScriptedServer:
    """A server on loopback that gives the scripted answers one after the other and remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: list[Answer] = []
        self.over = threading.Event()
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                script.seen.append(Seen(self.command, parts.path, parameters, headers, body))
                script.give(self, script.answers.pop(0))

            do_GET = do_POST = respond

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def give(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.ending == "silent":
            self.over.wait(30)
        if answer.ending in ("closed", "silent"):
            handler.close_connection = True
            return
        content = answer.content()
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            handler.send_header(name, value)
        if answer.ending == "cut":
            handler.close_connection = True
            handler.send_header("Connection", "close")
            content = content[: len(content) // 2]
        else:
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def will(self, *answers: Answer) -> None:
        self.answers += answers

    def stop(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A scripted server; the test fails when it was not asked everything it was scripted for."""
    scripted = ScriptedServer()
    yield scripted
    scripted.stop()
    assert scripted.answers == []


@pytest.fixture
def answer() -> type[Answer]:
    """How to script one answer."""
    return Answer


class CountingTokens:
    """Tokens without a store: `token-1` until it is refused, then `token-2`, and so on."""

    def __init__(self) -> None:
        self.number = 1

    def access_token(self) -> str:
        return f"token-{self.number}"

    def renew(self, refused: str) -> str:
        assert refused == self.access_token()
        self.number += 1
        return self.access_token()


@pytest.fixture
def counting_tokens() -> CountingTokens:
    """A token source without a store."""
    return CountingTokens()


@pytest.fixture
def pace() -> Pace:
    """A pace of its own for every test, so that nobody waits."""
    return Pace(jitter=lambda: 0.0)


@pytest.fixture
def gateway_to(counting_tokens: CountingTokens, pace: Pace) -> Iterator[Callable[..., Gateway]]:
    """Make a gateway for an address; it gives up on silence after ten seconds unless told otherwise."""
    transports = []

    def make(url: str, read_timeout: float = 10.0) -> Gateway:
        transports.append(Transport(url, REALM, counting_tokens, pace, read_timeout=read_timeout))
        return Gateway(transports[-1])

    yield make
    for transport in transports:
        transport.close()


@pytest.fixture
def gateway(server: ScriptedServer, gateway_to: Callable[..., Gateway]) -> Gateway:
    """A gateway to the scripted server."""
    return gateway_to(server.url)


class Rows:
    """The documents of a database in memory, with CouchDB's compare-and-swap."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.before_put: list[Callable[[], None]] = []

    def get(self, document_id: str) -> dict[str, Any] | None:
        return dict(self.rows[document_id]) if document_id in self.rows else None

    def put(self, document: dict[str, Any]) -> str:
        if self.before_put:
            self.before_put.pop(0)()
        stored = self.rows.get(document["_id"], {}).get("_rev", "")
        if document.get("_rev", "") != stored:
            raise DocumentConflict(f"{document['_id']}: 409", status=409)
        revision = f"{int(stored.partition('-')[0] or 0) + 1}-x"
        self.rows[document["_id"]] = {**json.loads(json.dumps(document)), "_rev": revision}
        return revision


@pytest.fixture
def rows() -> Rows:
    """An empty database in memory."""
    return Rows()


@pytest.fixture
def secret_keys() -> list[SecretStr]:
    """One fresh key."""
    return [SecretStr(Fernet.generate_key().decode())]


class TurnedClock:
    """A wall clock that moves only when the test says so."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def wall_clock() -> TurnedClock:
    """Monday, 2 March 2026, 09:00 UTC."""
    return TurnedClock()


@pytest.fixture
def sandbox_with_limits(tmp_path: Path) -> Iterator[quickbooks_sandbox.Sandbox]:
    """A sandbox company that enforces QuickBooks' documented limits."""
    sandbox = quickbooks_sandbox.start(limits="documented", log=tmp_path / "logs" / "limited.log")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def connect(quickbooks: Any, rows: Any, secret_keys: list[SecretStr]) -> Iterator[Callable[..., Connection]]:
    """Make connections to the sandbox company that share one token row, as processes do."""
    made = []

    def make(realm: str = "") -> Connection:
        made.append(
            Connection(
                quickbooks.url,
                realm or quickbooks.realm,
                rows,
                client_id=quickbooks.client_id,
                client_secret=SecretStr(quickbooks.client_secret),
                redirect_uri="http://localhost:8000/quickbooks/callback",
                secret_keys=secret_keys,
            )
        )
        return made[-1]

    yield make
    for connection in made:
        connection.close()


@pytest.fixture
def connection(connect: Callable[..., Connection], quickbooks: Any) -> Connection:
    """A connected company."""
    made = connect()
    made.tokens.adopt_refresh_token(quickbooks.refresh_token)
    return made


@pytest.fixture
def customer(connection: Connection) -> str:
    """The id of a customer whose name needs quoting."""
    body = canonical_json({"DisplayName": "O'Neil \\ Söhne"})
    return str(connection.gateway.create("Customer", body, "customer-1")["Id"])


@pytest.fixture
def item(connection: Connection) -> str:
    """The id of a product that can be sold."""
    return str(connection.gateway.query("SELECT * FROM Item WHERE Type = 'Service' MAXRESULTS 1")[0]["Id"])


@pytest.fixture
def estimate(customer: str, item: str) -> Callable[..., bytes]:
    """Make the body of an estimate for a quantity of that product."""

    def body(quantity: str = "128.350") -> bytes:
        amount = (Decimal(quantity) * Decimal("14.50")).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        detail = {"ItemRef": {"value": item}, "Qty": Decimal(quantity), "UnitPrice": Decimal("14.50")}
        line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
        return canonical_json({"CustomerRef": {"value": customer}, "TxnDate": "2026-03-02", "Line": [line]})

    return body
