"""Asking CouchDB in the name of whoever asks us, so that CouchDB alone decides who may read what."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from werkzeug.wrappers import Request

from connector.errors import CouchUnreachable, RoadbookError
from web.couch_session import COOKIE

TIMEOUT = (5, 30)  # seconds to connect, seconds between bytes
COOKIE_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")  # what a cookie may hold; anything else is no session of CouchDB's

_threads = threading.local()


class Refusal(RoadbookError):
    """An answer for the device instead of what it asked for, in CouchDB's own words where they are its."""

    def __init__(self, status: int, error: str, reason: str, retry_after: int | None = None) -> None:
        super().__init__(f"{status} {error}: {reason}")
        self.status = status
        self.error = error
        self.reason = reason
        self.retry_after = retry_after  # seconds


@dataclass
class Caller:
    """Somebody's own credentials at CouchDB. `renewed` collects the session cookies that CouchDB hands out."""

    address: str
    headers: Mapping[str, str] = field(repr=False)
    renewed: list[str] = field(default_factory=list, repr=False)

    def call(self, method: str, path: str, body: Any = None, **parameters: Any) -> Any:
        """One request with these credentials and no others; returns the parsed answer.

        Raises Refusal for what CouchDB refuses, CouchUnreachable when it does not answer as it should.
        """
        try:
            answer = session().request(
                method,
                f"{self.address}/{path}",
                params=parameters,
                json=body,
                headers=dict(self.headers),
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            found = answer.json()
        except (requests.exceptions.InvalidHeader, UnicodeError):
            raise Refusal(400, "bad_request", "the credentials are no valid headers") from None
        except (requests.RequestException, ValueError) as error:
            # `from None`: the request's traceback would carry the credentials.
            raise CouchUnreachable(f"CouchDB at {self.address} does not answer: {type(error).__name__}") from None
        given = answer.raw.headers.getlist("Set-Cookie")
        self.renewed += [cookie for cookie in given if cookie.startswith(f"{COOKIE}=")]
        if 400 <= answer.status_code < 500 and isinstance(found, dict):
            raise Refusal(answer.status_code, str(found.get("error", "")), str(found.get("reason", "")))
        if answer.status_code >= 300:
            raise CouchUnreachable(f"CouchDB answered {method} {path} with {answer.status_code}")
        return found

    def info(self, database: str) -> dict[str, Any]:
        """The database's information document; raises Refusal for whoever may not read the database."""
        found: dict[str, Any] = self.call("GET", database)
        return found


def caller_of(request: Request, address: str) -> Caller:
    """Whoever sent a request: CouchDB's session cookie, an Authorization header and the address, nothing else."""
    headers = {"Accept": "application/json"}
    if authorization := request.headers.get("Authorization"):
        headers["Authorization"] = authorization
    cookie = request.cookies.get(COOKIE, "")
    if cookie and COOKIE_VALUE.fullmatch(cookie):
        headers["Cookie"] = f"{COOKIE}={cookie}"
    # CouchDB counts wrong passwords by client: without this every device would share the console's count.
    client = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or request.remote_addr
    if client:
        headers["X-Forwarded-For"] = client
    return Caller(address, headers)


def session() -> requests.Session:
    """This thread's connections. They keep no cookie and read no .netrc, so no caller acts with another's rights."""
    found: requests.Session | None = getattr(_threads, "session", None)
    if found is None:
        found = requests.Session()
        found.trust_env = False
        found.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        _threads.session = found
    return found
