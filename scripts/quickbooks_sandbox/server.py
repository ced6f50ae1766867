"""The HTTP server: routes, headers, and the faults that strike a connection rather than an answer."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from quickbooks_sandbox import money
from quickbooks_sandbox.batch import run_batch
from quickbooks_sandbox.control import ControlError, control
from quickbooks_sandbox.faults import Fault, GatewayFault, refuse, throttled, token_refused, wrong_company
from quickbooks_sandbox.oauth import OAuthError
from quickbooks_sandbox.operations import changes, kind_of, query, read, write
from quickbooks_sandbox.request_ids import check_length, once
from quickbooks_sandbox.sandbox import Sandbox
from quickbooks_sandbox.trouble import Armed

JSON = "application/json;charset=utf-8"
LARGEST_BODY = 10_000_000  # bytes


class Dropped(Exception):
    """The connection ends here, without a byte of an answer."""


class Server(ThreadingHTTPServer):
    """One thread a connection; `stopping` ends the faults that wait."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to report."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the counters tell what happened."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    do_POST = do_DELETE = do_GET

    def _answer(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        parts = urlsplit(self.path)
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
        try:
            if parts.path.startswith("/v3/company/"):
                self._company(parts.path.removeprefix("/v3/company/"), parameters, body)
            elif parts.path.startswith("/_control/"):
                self._control(parts.path.removeprefix("/_control/"), parameters, body)
            else:
                self._sign_in(parts.path.rstrip("/"), parameters, body)
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        except GatewayFault as fault:
            self._refuse(fault)
        except OAuthError as error:
            extra = {"WWW-Authenticate": 'Basic realm="Intuit"'} if error.status == 401 else {}
            self._send(error.status, JSON, money.write(error.body), extra)

    # ---- the company's own API

    def _company(self, path: str, parameters: dict[str, str], body: bytes) -> None:
        sandbox = self.server.sandbox
        realm, _, rest = path.partition("/")
        segments = [segment for segment in rest.split("/") if segment]
        resource = segments[0].lower() if segments else ""
        kind = "batch" if resource == "batch" else "read"
        if self.command == "POST" and resource not in ("query", "batch"):
            kind = "write"
        facts = {
            "entity": resource,
            "operation": parameters.get("operation") or ("create" if kind == "write" else kind),
        }
        armed = sandbox.trouble.strike(facts)
        self._suffer_before(armed)
        with sandbox.limits.admitted("query" if resource == "query" else kind):
            with sandbox.company.lock:
                sandbox.oauth.check(self.headers.get("Authorization") or "")
                if realm != sandbox.company.realm:
                    raise wrong_company()
                try:
                    answer = self._carry_out(segments, parameters, body)
                    status = 200
                except Fault as fault:
                    answer = {"Fault": fault.as_json(), "time": sandbox.company.clock.envelope_time()}
                    status = fault.status
                sandbox.company.store.commit()
            self._suffer_after(armed)
        if isinstance(answer, bytes):
            self._send(status, "application/pdf", answer)
        elif "json" in (self.headers.get("Accept") or ""):
            self._send(status, JSON, money.write(answer))
        else:
            self._send(status, "application/xml;charset=utf-8", b"<IntuitResponse/>")

    def _carry_out(self, segments: list[str], parameters: dict[str, str], body: bytes) -> Any:
        company = self.server.sandbox.company
        stamp = company.clock.envelope_time
        name = segments[0].lower() if segments else ""
        request_id = parameters.get("requestid")
        if name == "query":
            statement = body.decode() if self.command == "POST" else parameters.get("query", "")
            return {"QueryResponse": query(company, statement), "time": stamp()}
        if name == "cdc":
            answers = changes(company, parameters.get("entities", ""), parameters.get("changedSince", ""))
            return {"CDCResponse": [{"QueryResponse": answers}], "time": stamp()}
        if name == "batch":
            return {"BatchItemResponse": run_batch(company, self._json(body), request_id), "time": stamp()}
        kind = kind_of(name)
        if self.command == "GET":
            if kind in ("CompanyInfo", "Preferences"):
                return {kind: read(company, kind, "1"), "time": stamp()}
            if len(segments) == 2:
                return {kind: read(company, kind, segments[1]), "time": stamp()}
            raise refuse(
                "500", f"Operation Could not find resource for relative : {'/'.join(segments)} is not supported."
            )
        check_length(request_id)
        document = self._json(body)
        operation = parameters.get("operation") or ("update" if document.get("Id") else "create")
        key = None if request_id is None else f"{company.realm}/{request_id}"
        return once(company, key, body, lambda: {kind: write(company, kind, document, operation), "time": stamp()})

    def _json(self, body: bytes) -> Any:
        try:
            document = money.parse(body)
        except ValueError as error:
            raise unreadable(str(error)) from error
        if not isinstance(document, dict):
            raise unreadable("not an object")
        return document

    # ---- faults on demand

    def _suffer_before(self, armed: Armed | None) -> None:
        if armed is None:
            return
        if armed.kind in ("latency", "timeout_before_commit"):
            self.server.stopping.wait(armed.seconds)
        if armed.kind in ("drop_before_commit", "timeout_before_commit"):
            raise Dropped
        if armed.kind == "throttle":
            self.server.sandbox.limits.refused += 1
            raise throttled()
        if armed.kind == "expire_token":
            raise token_refused("Token expired: AB01")
        if armed.kind == "wrong_cluster":
            raise GatewayFault(401, "130", "WrongClusterError", "Accessing Wrong Cluster", "AuthenticationFault")
        if armed.kind in ("status_500_html", "status_503"):
            raise Broken(500 if armed.kind == "status_500_html" else 503)

    def _suffer_after(self, armed: Armed | None) -> None:
        if armed is None:
            return
        if armed.kind == "timeout_after_commit":
            self.server.stopping.wait(armed.seconds)
        if armed.kind in ("drop_after_commit", "timeout_after_commit"):
            raise Dropped

    # ---- signing in, control

    def _sign_in(self, path: str, parameters: dict[str, str], body: bytes) -> None:
        oauth = self.server.sandbox.oauth
        store = self.server.sandbox.company.store
        authorization = self.headers.get("Authorization") or ""
        with self.server.sandbox.company.lock:
            if path.startswith("/.well-known/openid"):
                base = f"http://{self.headers.get('Host')}"
                self._send(200, JSON, money.write(oauth.discovery(base)))
            elif path == "/connect/oauth2":
                code = oauth.authorize(parameters.get("client_id", ""))
                answer = {
                    "code": code,
                    "state": parameters.get("state", ""),
                    "realmId": self.server.sandbox.company.realm,
                }
                target = quote(parameters.get("redirect_uri", ""), safe=":/?&=%")
                self._send(302, "text/plain", b"", {"Location": f"{target}?{urlencode(answer)}"})
            elif path == "/oauth2/v1/tokens/bearer":
                self.server.sandbox.limits.calls["token"] += 1
                tokens = oauth.token(authorization, dict(parse_qsl(body.decode())))
                store.commit()
                self._send(200, JSON, money.write(tokens))
            elif path == "/v2/oauth2/tokens/revoke":
                oauth.revoke(authorization)
                store.commit()
                self._send(200, JSON, b"{}")
            else:
                self._send(404, JSON, b'{"error":"not_found"}')

    def _control(self, path: str, parameters: dict[str, str], body: bytes) -> None:
        sandbox = self.server.sandbox
        try:
            document = money.parse(body) if body else None
            with sandbox.company.lock:
                answer = control(sandbox, self.command, path, parameters, document)
                sandbox.company.store.commit()
        except (ControlError, ValueError) as error:
            self._send(400, JSON, money.write({"error": str(error)}))
            return
        self._send(200, JSON, money.write(answer))

    # ---- answers

    def _refuse(self, fault: GatewayFault) -> None:
        if isinstance(fault, Broken):
            self._send(fault.status, "text/html", b"<html><body>Service unavailable</body></html>")
            return
        extra = {}
        if fault.status == 401:
            extra["WWW-Authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
        if fault.status == 429 and self.server.sandbox.company.switches["throttle_body"] == "xml":
            self._send(fault.status, "application/xml", fault.as_xml().encode(), extra)
            return
        self._send(fault.status, "application/json", money.write(fault.as_json()), extra)

    def _send(self, status: int, kind: str, body: bytes, extra: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("intuit_tid", f"1-{int(time.time()):08x}-{secrets.token_hex(12)}")
        if status == 200 and self.path.startswith("/v3/"):
            self.send_header("QBO-Version", "sandbox")
            self.send_header("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private")
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Broken(GatewayFault):
    """A failure of the machinery in front of QuickBooks, answered in HTML."""

    def __init__(self, status: int) -> None:
        super().__init__(status, "", "", None, "")


def unreadable(text: str) -> Fault:
    """The fault of a body that is no JSON object."""
    return refuse("2010", f"Property Name:Can not deserialize the request: {text}")
