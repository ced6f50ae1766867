"""The connect flow and the renewal of tokens: intuit-oauth with timeouts, errors and nothing kept between calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from pydantic import SecretStr

from connector.errors import Disconnected, Misconfigured, QuickBooksError, QuickBooksUnreachable, Throttled
from connector.quickbooks.environments import discovery_address
from connector.quickbooks.tokens import Tokens

TIMEOUT = (3.05, 20.0)  # seconds to connect, seconds to read
ACCESS_LIFE = 3600  # seconds, where the answer does not say
REFRESH_LIFE = 100 * 86400  # seconds, where the answer does not say
HARD_LIFE = "x_refresh_token_hard_expires_in"
GRANTED = ("access_token", "refresh_token", "expires_in", "x_refresh_token_expires_in", HARD_LIFE)


class TimedAuthClient(AuthClient):  # type: ignore[misc]
    """Intuit's client, which is a requests session, with a timeout on each of its calls (it has none)."""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send one request, never without a timeout."""
        options.setdefault("timeout", TIMEOUT)
        answer: requests.Response = super().request(method, url, **options)
        return answer


class OAuth:
    """One app at Intuit. Threads may share it; the first call reads the discovery document."""

    def __init__(
        self,
        environment: str,
        client_id: str,
        client_secret: SecretStr,
        redirect_uri: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        counting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._counting = counting
        self._environment = environment
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._lock = threading.Lock()
        self._client: TimedAuthClient | None = None

    def authorization_url(self, state: str) -> str:
        """The page at Intuit where an admin chooses the company; `state` comes back with the answer."""
        with self._lock:
            return str(self._asked(lambda client: client.get_authorization_url([Scopes.ACCOUNTING], state)))

    def exchange(self, code: str, realm: str) -> Tokens:
        """Trade the code that Intuit's page sent back for the first tokens of a realm.

        Raises Disconnected for a code that is used up or too old, Misconfigured, QuickBooksUnreachable.
        """
        return self._tokens(lambda client: client.get_bearer_token(code, realm_id=realm))

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade a refresh token for new tokens, which replace it within a day.

        Raises Disconnected when Intuit does not accept it any more, Misconfigured, QuickBooksUnreachable.
        """
        return self._tokens(lambda client: client.refresh(refresh_token))

    def revoke(self, token: str) -> None:
        """Give a token back (access or refresh): both end at once. Raises as `refresh` does, and

        Disconnected when Intuit does not know the token (any more), so that there is nothing left to give back.
        """
        with self._lock:
            try:
                self._asked(lambda client: client.revoke(token), revocation_error_of)
            finally:
                self._client = forget(self._client)

    def close(self) -> None:
        """Close the connections to Intuit; the next call opens new ones."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _tokens(self, ask: Callable[[TimedAuthClient], object]) -> Tokens:
        with self._lock:
            asked_at = self._clock()
            try:
                with self._counting():
                    self._asked(ask)
                return tokens_of(vars(self._client), asked_at)
            finally:
                self._client = forget(self._client)

    def _asked(
        self,
        ask: Callable[[TimedAuthClient], Any],
        meaning: Callable[[AuthClientError], QuickBooksError] = lambda error: error_of(error),
    ) -> Any:
        try:
            if self._client is None:
                self._client = self._connected()
            return ask(self._client)
        except AuthClientError as error:
            raise meaning(error) from None
        except requests.RequestException as error:
            raise QuickBooksUnreachable(f"Intuit's sign-in does not answer: {type(error).__name__}") from None
        except (KeyError, ValueError) as error:
            raise QuickBooksUnreachable(f"Intuit's sign-in answered unreadably: {type(error).__name__}") from None

    def _connected(self) -> TimedAuthClient:
        client = TimedAuthClient(
            self._client_id,
            self._client_secret.get_secret_value(),
            self._redirect_uri,
            discovery_address(self._environment),
        )
        # Reference: https://blogs.intuit.com/2025/11/12/important-changes-to-refresh-token-policy
        client.headers["x-include-refresh-token-hard-expires-in"] = "true"
        return client


def tokens_of(answer: dict[str, Any], asked_at: datetime) -> Tokens:
    """The tokens in an answer's members; life times count from the question, so they never seem too long."""
    if not answer.get("access_token") or not answer.get("refresh_token"):
        raise QuickBooksUnreachable("Intuit's sign-in answered without tokens")
    hard = life_in(answer, HARD_LIFE, 0)
    return Tokens(
        access_token=str(answer["access_token"]),
        refresh_token=str(answer["refresh_token"]),
        obtained_at=asked_at,
        access_expires_at=asked_at + timedelta(seconds=life_in(answer, "expires_in", ACCESS_LIFE)),
        refresh_expires_at=asked_at + timedelta(seconds=life_in(answer, "x_refresh_token_expires_in", REFRESH_LIFE)),
        hard_expires_at=asked_at + timedelta(seconds=hard) if hard else None,
    )


def life_in(answer: dict[str, Any], name: str, usual: int) -> int:
    """Seconds that a token lives; the usual life where the answer is silent or odd: a new token must not be lost."""
    given = str(answer.get(name) or "")
    return int(given) if given.isascii() and given.isdigit() else usual


def forget(client: TimedAuthClient | None) -> TimedAuthClient | None:
    """Take the tokens of the last call off the client: the store keeps them, not this object."""
    if client is not None:
        for name in GRANTED:
            setattr(client, name, None)
    return client


def error_of(error: AuthClientError) -> QuickBooksError:
    """What a refusal of Intuit's sign-in means, by status and error code."""
    try:
        body = error.response.json()
    except ValueError:
        body = {}
    code = str(body.get("error") or "") if isinstance(body, dict) else ""
    trace = f"status {error.status_code}, {code or 'no code'}, intuit_tid {error.intuit_tid or 'none'}"
    if error.status_code == 429:
        return Throttled(f"Intuit's sign-in limit is reached ({trace})")
    if error.status_code >= 500:
        return QuickBooksUnreachable(f"Intuit's sign-in is away ({trace})")
    if code == "invalid_grant":
        return Disconnected(f"Intuit does not accept this sign-in any more: connect QuickBooks again ({trace})")
    return Misconfigured(
        f"Intuit does not accept this app: check QUICKBOOKS_CLIENT_ID, QUICKBOOKS_CLIENT_SECRET, "
        f"QUICKBOOKS_REDIRECT_URI and QUICKBOOKS_ENVIRONMENT ({trace})"
    )


def revocation_error_of(error: AuthClientError) -> QuickBooksError:
    """What a refusal to take a token back means; a bad request is about the token, which is dead already."""
    if error.status_code == 400:
        return Disconnected(
            f"Intuit does not know this sign-in any more (status 400, {error.intuit_tid or 'no'} trace)"
        )
    return error_of(error)
