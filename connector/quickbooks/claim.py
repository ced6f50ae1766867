"""The claim: which of many processes renews a realm's tokens, decided by compare-and-swap in their row."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from connector.errors import CouchError, DocumentConflict, QuickBooksUnreachable
from connector.quickbooks.token_store import TokenStore
from connector.quickbooks.tokens import StoredTokens

CLAIM_LIFE = 30.0  # seconds after which a renewal that nobody has finished is begun again by somebody else
CLAIM_LOOK = 0.25  # seconds between two looks at a renewal that another process has under way
STILL_USABLE = timedelta(seconds=30)  # so long before its end a token is still sent while another process renews

log = structlog.get_logger()


class Claim:
    """One process's hold on a row. Whoever takes it has read the row as it is, or the write would have failed.

    No clocks are compared: a claim may be taken over when the row has not changed for a claim's life by the watcher's
    own clock. A holder that is merely slow does no harm then: Intuit accepts the older refresh token for 24 hours, and
    the row keeps both.
    """

    def __init__(
        self,
        store: TokenStore,
        clock: Callable[[], datetime],
        life: float = CLAIM_LIFE,
        ticks: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._life = life
        self._ticks = ticks
        self._closing = threading.Event()
        self._sleep = sleep or self._closing.wait
        self._holder = secrets.token_hex(8)

    def holds(self, row: StoredTokens) -> bool:
        """Whether this process may renew what the row holds."""
        return row.holder == self._holder

    def take(self, row: StoredTokens, refused: str, read: Callable[[], StoredTokens]) -> StoredTokens:
        """The row with our claim on it; the row as it is when there are other tokens to use than the refused one.

        `read` reads the row anew and may raise. Raises QuickBooksUnreachable when it waits and was closed.
        """
        seen, since = row.revision, self._ticks()
        while True:
            if row.revision != seen:
                seen, since = row.revision, self._ticks()
                if row.tokens.is_fresh(self._clock()) and not row.holder and row.tokens.access_token != refused:
                    return row
            if not row.holder or self.holds(row) or self._ticks() - since >= self._life:
                begun = row.unfinished_since or self._clock()
                try:
                    return self._store.save(replace(row, holder=self._holder, unfinished_since=begun))
                except DocumentConflict:
                    pass
            elif row.tokens.access_token != refused and row.tokens.is_fresh(self._clock(), STILL_USABLE):
                return row
            elif self._closing.is_set():
                raise QuickBooksUnreachable("another process renews the sign-in, and this one is about to stop")
            else:
                self._sleep(CLAIM_LOOK)
            row = read()

    def release(self, row: StoredTokens) -> None:
        """Let somebody else try; it stays on record that the outcome of this renewal is unknown."""
        try:
            self._store.save(replace(row, holder=""))
        except CouchError as error:
            log.info("quickbooks.claim_not_released", realm=row.realm, reason=str(error))

    def close(self) -> None:
        """Wait for nobody any more."""
        self._closing.set()
