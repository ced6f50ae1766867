"""The token rows in the `connector` database: tokens encrypted, written by compare-and-swap."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from connector.errors import DocumentConflict, Misconfigured
from connector.quickbooks.tokens import StoredTokens, Tokens


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
        blank = outline_of(row)
        secrets = {"access_token": sealed["access_token"], "refresh_token": sealed["refresh_token"]}
        return replace(
            blank,
            tokens=replace(blank.tokens, **secrets),
            previous_refresh_token=sealed["previous_refresh_token"],
        )

    def outline(self, realm: str) -> StoredTokens | None:
        """The row without its secrets, which no key is needed for; None when it was never connected."""
        row = self._database.get(document_id(realm))
        return None if row is None else outline_of(row)

    def save(self, stored: StoredTokens) -> StoredTokens:
        """Write a row over the revision it was read with; raises DocumentConflict when somebody was faster."""
        tokens = stored.tokens
        sealed = {
            "realm": stored.realm,
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "previous_refresh_token": stored.previous_refresh_token,
        }
        times = {name: getattr(tokens, name) for name in TOKEN_TIMES} | {name: getattr(stored, name) for name in TIMES}
        texts = {name: getattr(stored, name) for name in TEXTS}
        row: dict[str, Any] = {
            "_id": document_id(stored.realm),
            "type": "token",
            "schema": 1,
            "realm": stored.realm,
            "sealed": self._seal.encrypt(json.dumps(sealed).encode()).decode(),
            **{name: written(time) for name, time in times.items() if time is not None},
            **{name: text for name, text in texts.items() if text},
        }
        if stored.revision:
            row["_rev"] = stored.revision
        return replace(stored, revision=self._database.put(row))

    def reseal(self, realm: str) -> bool:
        """Seal a realm's row with the newest key, over whatever is written meanwhile; False when there is no row.

        Raises CouchError, Misconfigured when none of the keys opens the row.
        """
        while True:
            stored = self.load(realm)
            if stored is None:
                return False
            try:
                self.save(stored)
                return True
            except DocumentConflict:
                continue


TOKEN_TIMES = ("obtained_at", "access_expires_at", "refresh_expires_at", "hard_expires_at")
TIMES = ("previous_until", "unfinished_since", "disconnected_at", "refused_at")
TEXTS = ("grant", "holder", "because")


def outline_of(row: Mapping[str, Any]) -> StoredTokens:
    """What a row says in clear."""
    return StoredTokens(
        realm=row["realm"],
        tokens=Tokens(
            access_token="",
            refresh_token="",
            obtained_at=moment(row["obtained_at"]),
            access_expires_at=moment(row["access_expires_at"]),
            refresh_expires_at=moment(row["refresh_expires_at"]),
            hard_expires_at=optional_moment(row.get("hard_expires_at")),
        ),
        previous_until=optional_moment(row.get("previous_until")),
        grant=row.get("grant", ""),
        holder=row.get("holder", ""),
        unfinished_since=optional_moment(row.get("unfinished_since")),
        disconnected_at=optional_moment(row.get("disconnected_at")),
        refused_at=optional_moment(row.get("refused_at")),
        because=row.get("because", ""),
        revision=row["_rev"],
    )


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
