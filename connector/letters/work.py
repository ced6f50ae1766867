"""The connector's work on letters, on a thread of its own: nothing that goes wrong here is in the way of posting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError, LeaseLost
from connector.identifiers import CONNECTOR
from connector.letters.configuration import Configuration
from connector.letters.delivery import Delivery
from connector.letters.following import Following
from connector.letters.store import Letters
from connector.letters.transport import MailConnection, MailServerAway
from connector.letters.writing import Writing

PAUSE = 2.0  # seconds between two looks at the ledger
PAUSE_AFTER_FAILURE = 10.0  # seconds

log = structlog.get_logger()


class LetterWork:
    """Finds letters and sends them, as long as this connector holds the lease."""

    def __init__(
        self,
        server: CouchServer,
        configuration: Callable[[], Configuration],
        ensure: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        database = server.database(CONNECTOR)
        self._configuration = configuration
        self._letters = Letters(database)
        self._ended = threading.Event()
        self._ended.set()
        self._following = Following(database, self._letters, clock)
        writing = Writing(server, configuration)
        self._delivery = Delivery(database, self._letters, writing, configuration, ensure, clock, connection)

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; runs in a thread of its own and never raises."""
        self._ended.clear()
        try:
            self._work(stop)
        finally:
            self._ended.set()

    def wait(self, seconds: float) -> None:
        """Once `stop` is set, wait until the letter in hand is recorded, at most some seconds."""
        self._ended.wait(seconds)

    def _work(self, stop: threading.Event) -> None:
        pause = 0.0
        while not stop.wait(pause):
            pause = PAUSE
            try:
                pause = 0.0 if self.look(stop) else PAUSE
            except LeaseLost:
                # A renewal that took long may still succeed; where it does not, the term ends and `stop` is set.
                pause = PAUSE_AFTER_FAILURE
            except CouchError as error:
                log.warning("letters.waiting_for_couchdb", reason=str(error))
                pause = PAUSE_AFTER_FAILURE
            except Exception:
                log.exception("letters.failed")
                pause = PAUSE_AFTER_FAILURE

    def look(self, stop: threading.Event) -> bool:
        """Find what is to be sent, send what is due; returns whether more is due. Raises LeaseLost, CouchError."""
        configuration = self._configuration()
        if configuration.server is None:
            self._letters.forget_progress()
            self._letters.save_trouble(None)
            stop.wait()
            return False
        self._following.look(configuration.on)
        return self._delivery.round(stop).more


def connection(configuration: Configuration) -> MailConnection:
    """A connection to the configured mail server, not opened yet; raises MailServerAway while there is none."""
    if configuration.server is None:
        raise MailServerAway("no mail server is set: ROADBOOK_SMTP_HOST is empty")
    return MailConnection(configuration.server, configuration.sender.address)
