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
CODE_LIFE = 600  # seconds


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
        self._store.set_value("refresh", {self.app.refresh_token: self._clock.seconds() + IDLE})
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

    def authorize(self, client_id: str) -> str:
        """A single-use authorization code; raises OAuthError for an unknown app."""
        if client_id != self.app.client_id:
            raise OAuthError(400, "invalid_client")
        code = "AB1" + secrets.token_hex(20)
        self._store.set_value("codes", {**self._store.value("codes", {}), code: self._clock.seconds() + CODE_LIFE})
        return code

    def token(self, authorization: str, form: dict[str, str]) -> dict[str, Any]:
        """Answer the token endpoint; raises OAuthError."""
        self.check_app(authorization)
        now = self._clock.seconds()
        grant = form.get("grant_type")
        if grant == "authorization_code":
            codes = dict(self._store.value("codes", {}))
            until = codes.pop(form.get("code", ""), 0)
            self._store.set_value("codes", codes)
            if until < now:
                raise OAuthError(400, "invalid_grant", "Invalid authorization code")
            return self._issue(now, None)
        if grant == "refresh_token":
            used = form.get("refresh_token", "")
            if self._store.value("refresh", {}).get(used, 0) < now:
                raise OAuthError(400, "invalid_grant", "Incorrect or invalid refresh token")
            return self._issue(now, used)
        raise OAuthError(400, "unsupported_grant_type")

    def check_app(self, authorization: str) -> None:
        """Basic authentication of the app itself; raises OAuthError."""
        expected = base64.b64encode(f"{self.app.client_id}:{self.app.client_secret}".encode()).decode()
        if not secrets.compare_digest(authorization.encode(), f"Basic {expected}".encode()):
            raise OAuthError(401, "invalid_client")

    def _issue(self, now: float, used: str | None) -> dict[str, Any]:
        access = "eyJ" + secrets.token_urlsafe(48)
        tokens = {name: until for name, until in self._store.value("access", {}).items() if until > now}
        self._store.set_value("access", tokens | {access: now + self.access_life})
        refreshes = {name: until for name, until in self._store.value("refresh", {}).items() if until > now}
        if used is not None:
            refreshes[used] = min(refreshes[used], now + GRACE)
        refresh = "AB1" + secrets.token_urlsafe(36)
        self._store.set_value("refresh", refreshes | {refresh: now + IDLE})
        return {
            "token_type": "bearer",
            "expires_in": self.access_life,
            "x_refresh_token_expires_in": IDLE,
            "access_token": access,
            "refresh_token": refresh,
        }

    def revoke(self, authorization: str) -> None:
        """End every token; raises OAuthError."""
        self.check_app(authorization)
        self._store.set_value("refresh", {})
        self._store.set_value("access", {})

    def expire_access(self) -> None:
        """Make every access token an expired one."""
        self._store.set_value("access", {})

    def check(self, authorization: str) -> None:
        """Check a call's bearer token; raises the 401 fault."""
        token = authorization.removeprefix("Bearer ")
        if self._store.value("access", {}).get(token, 0) < self._clock.seconds():
            raise token_refused(f"Token expired: {token[:4]}")
