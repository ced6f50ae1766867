"""Which access token to send: renewed in time, by one thread of one process, saved before it is used, never lost."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import structlog

from connector.errors import CouchError, Disconnected, DocumentConflict, QuickBooksError
from connector.quickbooks.claim import CLAIM_LIFE, Claim
from connector.quickbooks.token_store import TokenStore
from connector.quickbooks.tokens import AHEAD, StoredTokens, Tokens

log = structlog.get_logger()


class Renewal(Protocol):
    """The part of `OAuth` that the source needs."""

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade a refresh token for new tokens; raises Disconnected when it is not accepted."""

    def revoke(self, token: str) -> None:
        """Give a token back; raises Disconnected when it is not accepted any more."""


class TokenSource:
    """The access token of one realm for all threads of a process; other processes may use the same row."""

    def __init__(
        self,
        realm: str,
        store: TokenStore,
        oauth: Renewal,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        claim_life: float = CLAIM_LIFE,
        ticks: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.realm = realm
        self._store = store
        self._oauth = oauth
        self._clock = clock
        self._claim = Claim(store, clock, claim_life, ticks, sleep)
        self._lock = threading.Lock()
        self._cached: StoredTokens | None = None
        self._unsaved: tuple[str, Tokens] | None = None

    def access_token(self) -> str:
        """A token with at least five minutes to live.

        Raises Disconnected when a person must connect again, QuickBooksUnreachable, Misconfigured, CouchError.
        """
        cached = self._cached
        if self._unsaved is None and cached is not None and self._is_fresh(cached):
            return cached.tokens.access_token
        with self._lock:
            row = self._row()
            return (row if self._is_fresh(row) else self._renewed(row)).tokens.access_token

    def renew(self, refused: str) -> str:
        """Another token after QuickBooks refused this one (401); raises as `access_token` does."""
        with self._lock:
            row = self._row()
            usable = self._is_fresh(row) and row.tokens.access_token != refused
            return (row if usable else self._renewed(row, refused)).tokens.access_token

    def look(self) -> StoredTokens:
        """The row as it is now, which every thread of this process goes by from then on; raises as `access_token`."""
        with self._lock:
            return self._row()

    def renew_ahead(self, row: StoredTokens) -> None:
        """Renew what `look` found when it ends within ten minutes, or when its last renewal was cut off.

        Raises as `access_token` does.
        """
        with self._lock:
            if row.holder and not self._claim.holds(row):
                # A process that died in the middle leaves its claim behind; one at work ends it by itself.
                self._renewed(row, row.tokens.access_token)
            elif row.unfinished_since is not None or not row.tokens.is_fresh(self._clock(), AHEAD):
                self._renewed(row)

    def connect(self, tokens: Tokens) -> None:
        """Keep the tokens of a new sign-in, whatever was there before."""
        grant = secrets.token_hex(8)
        with self._lock:
            self._unsaved = None
            while True:
                row = self._store.outline(self.realm)
                made = StoredTokens(self.realm, tokens, grant=grant, revision=row.revision if row else "")
                try:
                    self._cached = self._store.save(made)
                except DocumentConflict:
                    continue
                log.info("quickbooks.connected", realm=self.realm)
                return

    def adopt_refresh_token(self, refresh_token: str) -> None:
        """Connect with a refresh token that came from elsewhere (a command line, a sandbox); raises as `renew` does."""
        self.connect(self._oauth.refresh(refresh_token))

    def disconnect(self, because: str) -> str:
        """Revoke the tokens at Intuit and take them out of the row, whether or not Intuit could be told.

        Returns why Intuit could not be told, empty when it was. Raises Disconnected when there is nothing to
        disconnect, CouchError.
        """
        with self._lock:
            trouble = ""
            try:
                row = self._row()
                while not self._claim.holds(row):
                    row = self._claim.take(row, row.tokens.access_token, self._row)
                self._oauth.revoke(row.tokens.refresh_token)
            except Disconnected as error:
                if self._cached is None or self._cached.disconnected_at is not None:
                    raise
                log.info("quickbooks.was_revoked_before", realm=self.realm, reason=str(error))
            except QuickBooksError as error:
                trouble = str(error)
            self._cached = None
            self._empty(f"{because}; Intuit could not be told: {trouble}" if trouble else because)
            log.info("quickbooks.disconnected_by_a_person", realm=self.realm, revoked=not trouble)
            return trouble

    def flag(self, because: str) -> None:
        """Put on record that QuickBooks refuses this company's calls; empty takes it back. Conflicts are left alone."""
        with self._lock:
            row = self._row()
            if bool(because) is (row.refused_at is not None):
                return
            try:
                flagged = replace(row, refused_at=self._clock() if because else None, because=because)
                self._cached = self._store.save(flagged)
            except DocumentConflict:
                log.info("quickbooks.flag_not_saved", realm=self.realm)

    def close(self) -> None:
        """Wait for a renewal under way, but not for somebody else's, and save what could not be saved before."""
        self._claim.close()
        with self._lock:
            if self._unsaved is None:
                return
            try:
                self._row()
            except (CouchError, QuickBooksError) as error:
                log.warning("quickbooks.tokens_not_saved", realm=self.realm, reason=str(error))

    def _is_fresh(self, row: StoredTokens) -> bool:
        return row.disconnected_at is None and row.tokens.is_fresh(self._clock())

    def _row(self) -> StoredTokens:
        """The row as it is now, after saving what could not be saved the last time."""
        if self._unsaved is not None:
            self._keep(*self._unsaved)
        row = self._store.load(self.realm)
        self._cached = row
        if row is None:
            which = f"QuickBooks company {self.realm} is not connected" if self.realm else "no company is connected"
            raise Disconnected(f"{which}: connect it")
        if row.disconnected_at is not None:
            why = row.because or "Intuit refused the sign-in"
            raise Disconnected(f"QuickBooks company {self.realm} is disconnected: {why}. Connect it again")
        return row

    def _renewed(self, row: StoredTokens, refused: str = "") -> StoredTokens:
        """The row with other tokens than the refused one: renewed here, or by whoever was first."""
        claimed = self._claim.take(row, refused, self._row)
        if not self._claim.holds(claimed):
            return claimed
        refusal = ""
        for refresh_token in claimed.refresh_tokens(self._clock()):
            try:
                return self._keep(claimed.grant, self._oauth.refresh(refresh_token))
            except Disconnected as error:
                refusal = str(error)
            except QuickBooksError:
                self._claim.release(claimed)
                raise
        # A person may have connected in the meantime; then those tokens are the ones that count.
        latest = self._row()
        if latest.grant != claimed.grant or (latest.revision != claimed.revision and self._is_fresh(latest)):
            return latest
        why = latest.why_refused(self._clock())
        log.info("quickbooks.sign_in_refused", realm=self.realm, reason=why, answer=refusal)
        self._mark_disconnected(latest, why)
        raise Disconnected(f"QuickBooks company {self.realm} is disconnected: {why}. Connect it again")

    def _keep(self, grant: str, tokens: Tokens) -> StoredTokens:
        """Save renewed tokens before anybody uses them; the newest pair wins, with the other's refresh token beside."""
        self._unsaved = (grant, tokens)
        while True:
            row = self._store.load(self.realm)
            if row is None:
                merged = StoredTokens(self.realm, tokens, grant=grant)
            elif row.grant != grant:
                self._unsaved = None
                log.info("quickbooks.late_renewal_dropped", realm=self.realm)
                return self._row()
            elif (
                # While the claim is ours nobody else renewed, whatever the clock said that stamped the row.
                self._claim.holds(row)
                or row.tokens.obtained_at <= tokens.obtained_at
                or row.disconnected_at is not None
            ):
                merged = row.succeeded_by(tokens)
            else:
                merged = row.preceded_by(tokens)
            try:
                saved = self._store.save(merged)
            except DocumentConflict:
                continue
            self._unsaved = None
            self._cached = saved
            log.info("quickbooks.tokens_saved", realm=self.realm, access_expires_at=str(tokens.access_expires_at))
            return saved

    def _empty(self, because: str) -> None:
        while True:
            row = self._store.outline(self.realm)
            if row is None:
                return
            try:
                self._store.save(row.emptied(self._clock(), because))
                return
            except DocumentConflict:
                continue

    def _mark_disconnected(self, row: StoredTokens, why: str) -> None:
        try:
            self._store.save(replace(row, holder="", disconnected_at=self._clock(), because=why))
        except CouchError as error:
            # A conflict means that somebody connected again; anything else is said again by the next call.
            log.warning("quickbooks.disconnect_not_saved", realm=self.realm, error=str(error))
        self._cached = None
