"""Sign-in: authorization codes, access and refresh tokens with their lives.

Reference: https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from quickbooks_sandbox.clock import Clock
from quickbooks_sandbox.faults import token_refused
from quickbooks_sandbox.store import Store

GRACE = 24 * 3600  # seconds an old refresh token still works
IDLE = 8_726_400  # seconds a refresh token lives unused
HARD_LIFE = 5 * 365 * 24 * 3600  # seconds after consent, however often it was used
CODE_LIFE = 600  # seconds
INVALID_GRANT = "Incorrect or invalid refresh token"


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error} | ({"error_description": description} if description else {})


@dataclass(frozen=True)
class App:
    """The one app that may connect."""

    client_id: str
    client_secret: str
    refresh_token: str


class OAuth:
    """Tokens of one company and one app."""

    def __init__(self, app: App, store: Store, clock: Clock) -> None:
        self.app = app
        self.access_life = 3600
        self._store = store
        self._clock = clock
        if store.value("refresh") is None:
            self.grant()

    def grant(self) -> None:
        """Start with the refresh token the app was given."""
        now = self._clock.seconds()
        self._store.set_value("refresh", {self.app.refresh_token: now + IDLE})
        self._store.set_value("refresh_hard", {self.app.refresh_token: now + HARD_LIFE})
        self._store.set_value("access", {})
        self._store.set_value("codes", {})

    def discovery(self, base: str) -> dict[str, str]:
        """The discovery document."""
        return {
            "issuer": f"{base}/op/v1",
            "authorization_endpoint": f"{base}/connect/oauth2",
            "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
            "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
            "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
            "jwks_uri": f"{base}/op/v1/jwks",
        }

    def authorize(self, client_id: str, redirect_uri: str) -> str:
        """A single-use authorization code; raises OAuthError for an unknown app."""
        if client_id != self.app.client_id:
            raise OAuthError(400, "invalid_client")
        code = "AB1" + secrets.token_hex(20)
        granted = {"until": self._clock.seconds() + CODE_LIFE, "redirect_uri": redirect_uri}
        self._store.set_value("codes", {**self._store.value("codes", {}), code: granted})
        return code

    def token(
        self, authorization: str, form: dict[str, str], *, daily: bool = False, hard_expiry: bool = False
    ) -> dict[str, Any]:
        """Answer the token endpoint; raises OAuthError.

        `daily` keeps a refresh token's value for a day, `hard_expiry` adds when its life ends for good.
        """
        self.check_app(authorization)
        now = self._clock.seconds()
        grant = form.get("grant_type")
        if grant == "authorization_code":
            codes = dict(self._store.value("codes", {}))
            granted = codes.pop(form.get("code", ""), {"until": 0})
            self._store.set_value("codes", codes)
            if granted["until"] < now or granted["redirect_uri"] != form.get("redirect_uri"):
                raise OAuthError(400, "invalid_grant", "Invalid authorization code")
            return self._issue(now, self._new_refresh(now, now + HARD_LIFE), hard_expiry)
        if grant == "refresh_token":
            used = form.get("refresh_token", "")
            until, hard = self._lives(used)
            if min(until, hard) < now:
                raise OAuthError(400, "invalid_grant", INVALID_GRANT)
            if daily and until - IDLE > now - GRACE:
                return self._issue(now, used, hard_expiry)
            self._keep("refresh", {used: min(until, now + GRACE)}, now)
            return self._issue(now, self._new_refresh(now, hard), hard_expiry)
        raise OAuthError(400, "unsupported_grant_type")

    def check_app(self, authorization: str) -> None:
        """Basic authentication of the app itself; raises OAuthError."""
        expected = base64.b64encode(f"{self.app.client_id}:{self.app.client_secret}".encode()).decode()
        if not secrets.compare_digest(authorization.encode(), f"Basic {expected}".encode()):
            raise OAuthError(401, "invalid_client")

    def revoke(self, authorization: str, token: str) -> None:
        """End every token of the connection that a token belongs to; raises OAuthError for a token that is none."""
        self.check_app(authorization)
        if not any(token in self._store.value(name, {}) for name in ("refresh", "access")):
            raise OAuthError(400, "invalid_request", "The token is none of this app's")
        self.end()

    def knows(self, token: str) -> bool:
        """Whether a token or a code was given out here, and is not forgotten."""
        return any(token in self._store.value(name, {}) for name in ("refresh", "access", "codes"))

    def end(self) -> None:
        """End every token."""
        for name in ("refresh", "refresh_hard", "access"):
            self._store.set_value(name, {})

    def expire_access(self) -> None:
        """Make every access token an expired one."""
        self._store.set_value("access", {})

    def check(self, authorization: str) -> None:
        """Check a call's bearer token; raises the 401 fault."""
        token = authorization.removeprefix("Bearer ")
        if not 20 <= len(token) <= 4096:
            raise token_refused("Malformed bearer token: too short or too long")
        if self._store.value("access", {}).get(token, 0) < self._clock.seconds():
            raise token_refused(f"Token expired: {token[:4]}")

    def _lives(self, refresh: str) -> tuple[float, float]:
        """Until when a refresh token lives unused, and at most."""
        lives = (self._store.value(name, {}).get(refresh, 0.0) for name in ("refresh", "refresh_hard"))
        until, hard = (float(life) for life in lives)
        return until, hard

    def _keep(self, name: str, more: dict[str, float], now: float) -> None:
        """Add tokens to those that still live."""
        living = {token: until for token, until in self._store.value(name, {}).items() if until > now}
        self._store.set_value(name, living | more)

    def _new_refresh(self, now: float, hard: float) -> str:
        refresh = "AB1" + secrets.token_urlsafe(36)
        self._keep("refresh", {refresh: now + IDLE}, now)
        self._keep("refresh_hard", {refresh: hard}, now)
        return refresh

    def _issue(self, now: float, refresh: str, hard_expiry: bool) -> dict[str, Any]:
        access = "eyJ" + secrets.token_urlsafe(48)
        self._keep("access", {access: now + self.access_life}, now)
        until, hard = self._lives(refresh)
        issued = {
            "token_type": "bearer",
            "expires_in": self.access_life,
            "x_refresh_token_expires_in": int(min(until, hard) - now),
            "access_token": access,
            "refresh_token": refresh,
        }
        return issued | ({"x_refresh_token_hard_expires_in": int(hard - now)} if hard_expiry else {})
