"""Signing in at CouchDB's `_session`, and asking later whether that sign-in still stands."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

import requests
from cryptography.fernet import Fernet, InvalidToken

from connector.errors import CouchError, CouchUnreachable, Forbidden

TIMEOUT = (5, 15)  # seconds to connect, seconds to answer
COOKIE = "AuthSession"


@dataclass(frozen=True)
class SignIn:
    """Whom CouchDB knows: the name, the roles it has now, and CouchDB's own session cookie, sealed."""

    name: str
    roles: tuple[str, ...]
    sealed: str = field(repr=False)


class CouchSessions:
    """Opens and checks sessions at one CouchDB.

    CouchDB's cookie would be good for more than the console, so it is sealed before a browser gets to keep it.
    """

    def __init__(self, address: str, key: str) -> None:
        self._url = f"{address}/_session"
        derived = hashlib.sha256(b"roadbook console session\n" + key.encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(derived))

    def open(self, name: str, password: str) -> SignIn:
        """Sign in with a password, which is not kept.

        Raises Forbidden when CouchDB refuses it (401 wrong, 403 locked for a while), CouchUnreachable, CouchError.
        """
        answer = self._ask("POST", json={"name": name, "password": password})
        if answer.status_code in (401, 403):
            raise Forbidden(
                f"CouchDB refuses the sign-in of {name!r} ({answer.status_code})", status=answer.status_code
            )
        cookie = answer.cookies.get(COOKIE)
        if answer.status_code != 200 or not cookie:
            raise CouchError(f"CouchDB answered a sign-in with {answer.status_code}", status=answer.status_code)
        body = _body(answer)
        return SignIn(str(body.get("name") or name), _roles(body), self._sealed(cookie))

    def check(self, sealed: str) -> SignIn | None:
        """The sign-in as CouchDB sees it now, its cookie renewed where CouchDB renews it; None when it has ended.

        Raises CouchUnreachable, CouchError.
        """
        try:
            cookie = self._seal.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None
        answer = self._ask("GET", cookies={COOKIE: cookie})
        if answer.status_code in (400, 401, 403):
            return None
        if answer.status_code != 200:
            raise CouchError(f"CouchDB answered a look at a session with {answer.status_code}")
        person = _body(answer).get("userCtx") or {}
        if not person.get("name"):
            return None
        return SignIn(str(person["name"]), _roles(person), self._sealed(answer.cookies.get(COOKIE) or cookie))

    def _ask(self, method: str, **options: Any) -> requests.Response:
        try:
            answer = requests.request(method, self._url, timeout=TIMEOUT, allow_redirects=False, **options)
        except requests.RequestException as error:
            # `from None`: the request's traceback would carry the password.
            raise CouchUnreachable(f"CouchDB at {self._url} does not answer: {type(error).__name__}") from None
        if answer.status_code in (502, 503, 504):
            raise CouchUnreachable(f"CouchDB is away ({answer.status_code})", status=answer.status_code)
        return answer

    def _sealed(self, cookie: str) -> str:
        return self._seal.encrypt(cookie.encode()).decode()


def _body(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise CouchError("CouchDB answered something that is not JSON; is COUCHDB_URL right?")
    return body


def _roles(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(role) for role in body.get("roles") or ())
