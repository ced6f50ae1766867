"""python-quickbooks under a transport of ours: timeouts, pace, current token, status before parsing, a log line."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import requests
import structlog
from quickbooks.client import QuickBooks
from quickbooks.exceptions import QuickbooksException
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from connector.errors import CallsRefused, Throttled
from connector.quickbooks.answers import lost, problem, service_time
from connector.quickbooks.calls import Calls, kind_of
from connector.quickbooks.environments import company_address
from connector.quickbooks.faults import details_of
from connector.quickbooks.pace import Pace

CONNECT_TIMEOUT = 3.05  # seconds
READ_TIMEOUT = 125.0  # seconds; QuickBooks itself gives up after 120, so nothing is repeated while it still works
MINOR_VERSION = 75
WRONG_CLUSTER = "130"  # a routing mistake at QuickBooks: the token is fine
ACCESS_LOST = "120"  # the person who connected lost the right to: a new token would not help

log = structlog.get_logger()


class AccessTokens(Protocol):
    """Where the access token of each call comes from (`TokenSource`)."""

    def access_token(self) -> str:
        """A token to send."""

    def renew(self, refused: str) -> str:
        """Another token after one was refused."""


class Bearer(AuthBase):
    """The Authorization header of one request."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Client(QuickBooks):  # type: ignore[misc]
    """The library's client; every request it makes goes through the transport, every answer it gets is a success."""

    transport: Transport

    def process_request(
        self, request_type: str, url: str, headers: Any = None, params: Any = None, data: Any = None
    ) -> requests.Response:
        """Send one request of the library's; raises Roadbook's errors."""
        return self.transport.send(request_type, url, headers or {}, params or {}, data or b"")


class Transport:
    """One realm's way to QuickBooks for all threads; each thread has its own client and connections."""

    def __init__(
        self,
        environment: str,
        realm: str,
        tokens: AccessTokens,
        pace: Pace,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        calls: Calls | None = None,
        before_writing: Callable[[], None] = lambda: None,
    ) -> None:
        self.realm = realm
        self.pace = pace
        self.calls = calls or Calls()
        self._address = f"{company_address(environment)}/v3"
        self._tokens = tokens
        self._timeout = (connect_timeout, read_timeout)
        self._before_writing = before_writing
        self._threads = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()

    @property
    def client(self) -> Client:
        """This thread's client."""
        client: Client | None = getattr(self._threads, "client", None)
        if client is None:
            # Without an auth_client the library neither asks for the discovery document nor renews tokens.
            client = Client(company_id=self.realm, minorversion=MINOR_VERSION, use_decimal=True)
            client.api_url_v3 = self._address
            client.session = requests.Session()
            client.session.mount(self._address, HTTPAdapter(pool_maxsize=1, max_retries=0))
            client.transport = self
            self._sessions.add(client.session)
            self._threads.client = client
        return client

    def close(self) -> None:
        """Close the connections of all threads; a thread that goes on opens new ones."""
        for session in list(self._sessions):
            session.close()

    @property
    def company_url(self) -> str:
        """The address in front of `/batch`, `/preferences` and the like."""
        return f"{self._address}/company/{self.realm}"

    def post(self, path: str, body: bytes, request_id: str, **params: str) -> dict[str, Any]:
        """POST to a path the library has no idempotent verb for; raises Roadbook's errors."""
        answer = self.client.post(f"{self.company_url}/{path}", body, params=params or None, request_id=request_id)
        return self.checked(answer)

    def get(self, path: str) -> dict[str, Any]:
        """GET a path below the company; raises Roadbook's errors."""
        return self.checked(self.client.get(f"{self.company_url}/{path}"))

    def freeze(self) -> None:
        """QuickBooks said that its limit is reached, to a request or to an item of a batch."""
        seconds = self.pace.freeze()
        log.warning("quickbooks.frozen", realm=self.realm, seconds=round(seconds, 1))

    def checked(self, answer: Any) -> dict[str, Any]:
        """What the library parsed, as a JSON object."""
        if not isinstance(answer, dict):
            raise QuickbooksException("not a JSON object", 10000)
        return answer

    def send(
        self, method: str, url: str, headers: dict[str, str], params: dict[str, Any], data: Any
    ) -> requests.Response:
        """Send one request; once more with a new token after a 401. Returns only answers with a JSON result.

        Raises QuickBooksFault, Throttled, Disconnected, Misconfigured; UnknownOutcome when a write may have been
        carried out; QuickBooksUnreachable when nothing was sent or a read failed; CouchError from the token row.
        """
        writes = method == "POST" and not url.endswith("/query")
        request = requests.Request(method, url, headers={**headers, "User-Agent": "Roadbook"}, params=params, data=data)
        token = self._tokens.access_token()
        answer = self._answer(request, token, writes)
        if self._refuses_token(answer):
            answer = self._answer(request, self._tokens.renew(token), writes)
            if self._refuses_token(answer):
                raise CallsRefused(f"QuickBooks refuses a fresh token for company {self.realm}: connect it again")
        self._check(answer, writes)
        self.calls.succeeded(kind_of(method, url))
        return answer

    def _answer(self, request: requests.Request, token: str, writes: bool) -> requests.Response:
        request.auth = Bearer(token)
        session = self.client.session
        batch = request.url.endswith("/batch")
        bound = log.bind(method=request.method, url=request.url, requestid=request.params.get("requestid"))
        with self.pace.turn(batch=batch) as turn:
            if writes:
                self._before_writing()
            self.calls.sent(kind_of(request.method, request.url))
            started = time.monotonic()
            try:
                prepared = session.prepare_request(request)
                options = session.merge_environment_settings(prepared.url, {}, False, None, None)
                answer: requests.Response = session.send(
                    prepared, timeout=self._timeout, allow_redirects=False, **options
                )
            except requests.RequestException as error:
                bound.warning("quickbooks.no_answer", error=type(error).__name__, seconds=elapsed(started))
                raise lost(error, writes=writes) from None
            turn.served_in(service_time(answer))
        details = [] if answer.status_code == 200 else [detail.code for detail in details_of(answer.content)]
        bound.info(
            "quickbooks.answer",
            status=answer.status_code,
            codes=details,
            intuit_tid=answer.headers.get("intuit_tid"),
            seconds=elapsed(started),
        )
        return answer

    def _refuses_token(self, answer: requests.Response) -> bool:
        if answer.status_code != 401:
            return False
        codes = {detail.code for detail in details_of(answer.content)}
        if ACCESS_LOST in codes:
            raise CallsRefused(f"Who connected company {self.realm} may not use it any more: an admin must connect it")
        return WRONG_CLUSTER not in codes

    def _check(self, answer: requests.Response, writes: bool) -> None:
        error = problem(answer, writes=writes)
        if isinstance(error, Throttled):
            self.freeze()
        if error is not None:
            raise error


def elapsed(started: float) -> float:
    """Seconds since a monotonic moment, to the millisecond."""
    return round(time.monotonic() - started, 3)
