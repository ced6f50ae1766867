"""Which access token to send: renewed in time, by one thread, saved before it is used, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from connector.errors import CouchError, Disconnected, DocumentConflict
from connector.quickbooks.tokens import StoredTokens, Tokens, TokenStore

EARLY = timedelta(minutes=5)  # renew so long before the access token ends

log = structlog.get_logger()


class Renewal(Protocol):
    """The part of `OAuth` that the source needs."""

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade a refresh token for new tokens; raises Disconnected when it is not accepted."""


class TokenSource:
    """The access token of one realm for all threads of a process; other processes may renew the same row."""

    def __init__(
        self,
        realm: str,
        store: TokenStore,
        oauth: Renewal,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.realm = realm
        self._store = store
        self._oauth = oauth
        self._clock = clock
        self._lock = threading.Lock()
        self._cached: StoredTokens | None = None
        self._unsaved: Tokens | None = None

    def access_token(self) -> str:
        """A token with at least five minutes to live.

        Raises Disconnected when a person must connect again, QuickBooksUnreachable, Misconfigured, CouchError.
        """
        with self._lock:
            if self._unsaved is None and self._cached is not None and self._is_fresh(self._cached):
                return self._cached.tokens.access_token
            row = self._row()
            return (row if self._is_fresh(row) else self._renewed(row)).tokens.access_token

    def renew(self, refused: str) -> str:
        """Another token after QuickBooks refused this one (401); raises as `access_token` does."""
        with self._lock:
            row = self._row()
            usable = self._is_fresh(row) and row.tokens.access_token != refused
            return (row if usable else self._renewed(row)).tokens.access_token

    def connect(self, tokens: Tokens) -> None:
        """Keep the tokens of a new connection, whatever was there before."""
        with self._lock:
            self._keep(tokens)

    def adopt_refresh_token(self, refresh_token: str) -> None:
        """Connect with a refresh token that came from elsewhere (a command line, a sandbox); raises as `renew` does."""
        with self._lock:
            self._keep(self._oauth.refresh(refresh_token))

    def _is_fresh(self, row: StoredTokens) -> bool:
        return row.disconnected_at is None and self._clock() < row.tokens.access_expires_at - EARLY

    def _row(self) -> StoredTokens:
        """The row as it is now, after saving what could not be saved the last time."""
        if self._unsaved is not None:
            return self._keep(self._unsaved)
        row = self._store.load(self.realm)
        self._cached = row
        if row is None:
            raise Disconnected(f"QuickBooks company {self.realm} is not connected: connect it")
        if row.disconnected_at is not None:
            raise Disconnected(f"QuickBooks company {self.realm} was disconnected: connect it again")
        return row

    def _renewed(self, row: StoredTokens) -> StoredTokens:
        tried: set[str] = set()
        while True:
            untried = [token for token in row.refresh_tokens(self._clock()) if token not in tried]
            if not untried:
                self._mark_disconnected(row)
                raise Disconnected(f"Intuit does not accept the sign-in of company {self.realm}: connect it again")
            tried.add(untried[0])
            try:
                return self._keep(self._oauth.refresh(untried[0]))
            except Disconnected:
                # Another process may have renewed it in the meantime; then its tokens are the ones that count.
                latest = self._row()
                if latest.revision != row.revision and self._is_fresh(latest):
                    return latest
                row = latest

    def _keep(self, tokens: Tokens) -> StoredTokens:
        """Save tokens before anybody uses them; the newest row wins and keeps the other's refresh token beside it."""
        self._unsaved = tokens
        while True:
            row = self._store.load(self.realm)
            if row is None:
                merged = StoredTokens(self.realm, tokens)
            elif row.tokens.obtained_at <= tokens.obtained_at or row.disconnected_at is not None:
                merged = row.succeeded_by(tokens)
            else:
                merged = replace(
                    StoredTokens(self.realm, tokens).succeeded_by(row.tokens),
                    revision=row.revision,
                )
            try:
                saved = self._store.save(replace(merged, revision=row.revision if row else ""))
            except DocumentConflict:
                continue
            self._unsaved = None
            self._cached = saved
            log.info("quickbooks.tokens_saved", realm=self.realm, access_expires_at=str(tokens.access_expires_at))
            return saved

    def _mark_disconnected(self, row: StoredTokens) -> None:
        try:
            self._store.save(replace(row, disconnected_at=self._clock()))
        except CouchError as error:
            # A conflict means that somebody connected again; anything else is said again by the next call.
            log.warning("quickbooks.disconnect_not_saved", realm=self.realm, error=str(error))
        self._cached = None
        log.error("quickbooks.disconnected", realm=self.realm)
