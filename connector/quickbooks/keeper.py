"""The keeper: renews the sign-in before anybody needs it, and says once when posting stops and when it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from connector.errors import CallsRefused, CouchError, Disconnected, Misconfigured, QuickBooksError, Throttled
from connector.quickbooks.connection import Connection
from connector.quickbooks.tokens import StoredTokens

LOOK = 5.0  # seconds between looks
WAKES = 2  # how often the queue is woken: once more, for rows that a thread had just put to sleep
PROBE = 60.0  # seconds between questions whether QuickBooks takes a company's calls again
LONGEST = 60.0  # seconds until a renewal that failed is tried again, at most

log = structlog.get_logger()


class Keeper:
    """How the connector stands with a company. One look every few seconds; any thread may ask in between."""

    def __init__(
        self,
        connection: Connection,
        resume: Callable[[], None] = lambda: None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._resume = resume
        self._ticks = ticks
        self._looking = threading.Lock()
        self._halt: Disconnected | None = None
        self._wakes = WAKES
        self._probe_at = 0.0
        self._renew_at = 0.0
        self._failures = 0
        self._failed_grant = ""
        self._trouble = ""

    def halted(self) -> Disconnected | None:
        """Why nothing can be posted to this company until a person acts; None while posting goes on."""
        return self._halt

    def stopped_by(self, error: Disconnected) -> None:
        """Take in what a posting met; whatever threads meet at the same time is told once."""
        if self._halt is not None:
            return
        with self._looking:
            if self._halt is None:
                # That Intuit refuses the tokens is on record already; that QuickBooks refuses good ones is not.
                self._learn(flag=str(error) if isinstance(error, CallsRefused) else "", asking=False)
                self._wakes = WAKES

    def glance(self) -> None:
        """Read how the company stands, without asking Intuit or QuickBooks anything; never raises."""
        with self._looking:
            self._learn(asking=False)

    def keep(self, stop: threading.Event) -> None:
        """Look every few seconds until told to stop. Runs in a thread of its own, because a renewal may take long."""
        while True:
            try:
                self.look()
            except Exception:
                log.exception("quickbooks.keeper_failed", realm=self._connection.realm)
            if stop.wait(LOOK):
                return

    def look(self) -> None:
        """Read how the company stands, renew its tokens where that is due; never raises."""
        with self._looking:
            self._learn()

    def _learn(self, flag: str = "", asking: bool = True) -> None:
        tokens = self._connection.tokens
        try:
            row = tokens.look()
            if flag:
                tokens.flag(flag)
                self._probe_at = self._ticks() + PROBE
            elif row.refused_at is not None and not (asking and self._takes_calls_again()):
                flag = row.because
            if asking and not flag:
                self._renew(row)
            self._set(Disconnected(flag) if flag else None)
        except Disconnected as error:
            self._set(error)
        except (CouchError, QuickBooksError) as error:
            self._tell(error)
        else:
            if not self._failures:
                self._trouble = ""

    def _renew(self, row: StoredTokens) -> None:
        """Renew where it is due. Intuit is left alone for a while after a failure, unless a person connected since."""
        if self._ticks() < self._renew_at and row.grant == self._failed_grant:
            return
        try:
            self._connection.tokens.renew_ahead(row)
        except Disconnected:
            raise
        except QuickBooksError as error:
            slow = isinstance(error, Throttled | Misconfigured)
            pause = LONGEST if slow else min(LOOK * 2 ** min(self._failures, 10), LONGEST)
            self._renew_at = self._ticks() + pause
            self._failures += 1
            self._failed_grant = row.grant
            raise
        self._renew_at, self._failures = 0.0, 0

    def _takes_calls_again(self) -> bool:
        if self._ticks() < self._probe_at:
            return False
        self._probe_at = self._ticks() + PROBE
        try:
            self._connection.gateway.company()
        except Disconnected:
            return False
        self._connection.tokens.flag("")
        return True

    def _tell(self, error: Exception) -> None:
        """Whatever fails is tried again at a later look; the same trouble is told once."""
        trouble = f"{type(error).__name__}: {error}"
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning("quickbooks.not_renewed", realm=self._connection.realm, reason=str(error))

    def _set(self, halt: Disconnected | None) -> None:
        before, self._halt = self._halt, halt
        if halt is not None:
            self._wakes = WAKES
            if before is None:
                log.error("quickbooks.posting_stopped", realm=self._connection.realm, reason=str(halt))
            return
        if before is not None:
            log.warning("quickbooks.posting_goes_on", realm=self._connection.realm)
        if self._wakes:
            self._resume()
            self._wakes -= 1
