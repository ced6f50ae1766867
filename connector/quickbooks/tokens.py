"""The tokens of a realm, encrypted in the `connector` database, written by compare-and-swap."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from connector.errors import Misconfigured

PREVIOUS_LIFE = timedelta(hours=24)  # Intuit accepts a replaced refresh token that long


@dataclass(frozen=True)
class Tokens:
    """What one answer of Intuit's sign-in grants; the two secrets never show in a repr."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    obtained_at: datetime
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime | None = None


@dataclass(frozen=True)
class StoredTokens:
    """The row of a realm: the tokens, the refresh token before them, and whether Intuit still accepts them."""

    realm: str
    tokens: Tokens
    previous_refresh_token: str = field(default="", repr=False)
    previous_until: datetime | None = None
    disconnected_at: datetime | None = None
    revision: str = ""

    def refresh_tokens(self, now: datetime) -> list[str]:
        """What may be tried, best first: the newest, then the one before it while Intuit keeps it."""
        usable = self.previous_refresh_token and self.previous_until is not None and now < self.previous_until
        return [self.tokens.refresh_token, *([self.previous_refresh_token] if usable else [])]

    def succeeded_by(self, tokens: Tokens) -> StoredTokens:
        """The row after a renewal; a refresh token that was replaced stays for its last 24 hours."""
        newer = replace(self, tokens=tokens, disconnected_at=None)
        if tokens.refresh_token == self.tokens.refresh_token:
            return newer
        return replace(
            newer,
            previous_refresh_token=self.tokens.refresh_token,
            previous_until=tokens.obtained_at + PREVIOUS_LIFE,
        )


class Documents(Protocol):
    """The part of `connector.couch.Database` that the store needs."""

    def get(self, document_id: str) -> dict[str, Any] | None:
        """Read a document; None when it does not exist."""

    def put(self, document: dict[str, Any]) -> str:
        """Write a document and return its new revision; raises DocumentConflict."""


class TokenStore:
    """Rows `token:<realm>`: the times in clear for the status page, the tokens sealed with the newest key."""

    def __init__(self, database: Documents, secret_keys: Sequence[SecretStr]) -> None:
        self._database = database
        self._seal = MultiFernet([Fernet(key.get_secret_value()) for key in secret_keys])

    def load(self, realm: str) -> StoredTokens | None:
        """Read a realm's row; None when it was never connected.

        Raises CouchError, Misconfigured when none of the keys opens the row.
        """
        row = self._database.get(document_id(realm))
        if row is None:
            return None
        try:
            sealed = json.loads(self._seal.decrypt(row["sealed"]))
        except InvalidToken:
            raise Misconfigured(
                f"{row['_id']} cannot be opened with ROADBOOK_SECRET_KEYS: put the key back that sealed it, "
                "or connect QuickBooks again"
            ) from None
        if sealed["realm"] != realm:
            raise Misconfigured(f"{row['_id']} holds the tokens of another realm: connect QuickBooks again")
        return StoredTokens(
            realm=realm,
            tokens=Tokens(
                access_token=sealed["access_token"],
                refresh_token=sealed["refresh_token"],
                obtained_at=moment(row["obtained_at"]),
                access_expires_at=moment(row["access_expires_at"]),
                refresh_expires_at=moment(row["refresh_expires_at"]),
                hard_expires_at=optional_moment(row.get("hard_expires_at")),
            ),
            previous_refresh_token=sealed["previous_refresh_token"],
            previous_until=optional_moment(row.get("previous_until")),
            disconnected_at=optional_moment(row.get("disconnected_at")),
            revision=row["_rev"],
        )

    def save(self, stored: StoredTokens) -> StoredTokens:
        """Write a row over the revision it was read with; raises DocumentConflict when somebody was faster."""
        tokens = stored.tokens
        sealed = {
            "realm": stored.realm,
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "previous_refresh_token": stored.previous_refresh_token,
        }
        times = {
            "obtained_at": tokens.obtained_at,
            "access_expires_at": tokens.access_expires_at,
            "refresh_expires_at": tokens.refresh_expires_at,
            "hard_expires_at": tokens.hard_expires_at,
            "previous_until": stored.previous_until,
            "disconnected_at": stored.disconnected_at,
        }
        row: dict[str, Any] = {
            "_id": document_id(stored.realm),
            "type": "token",
            "schema": 1,
            "realm": stored.realm,
            "sealed": self._seal.encrypt(json.dumps(sealed).encode()).decode(),
            **{name: written(time) for name, time in times.items() if time is not None},
        }
        if stored.revision:
            row["_rev"] = stored.revision
        return replace(stored, revision=self._database.put(row))


def document_id(realm: str) -> str:
    """The row of one realm."""
    return f"token:{realm}"


def written(time: datetime) -> str:
    """An aware time as documents carry it: UTC, with milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read a document's time."""
    return datetime.fromisoformat(text)


def optional_moment(text: str | None) -> datetime | None:
    """Read a document's time where there may be none."""
    return None if text is None else moment(text)
