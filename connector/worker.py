"""The connector process: takes the lease, works for a term, and waits as a standby while somebody else holds it."""

from __future__ import annotations

import threading

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError
from connector.identifiers import CONNECTOR
from connector.lease import Lease
from connector.settings import Settings
from connector.term import Term

DOORBELL_SILENCE = 35  # seconds without a heartbeat after which the doorbell's connection counts as dead
STANDBY_PAUSE = 1.0  # seconds between two looks at a lease that somebody else holds

log = structlog.get_logger()


class Worker:
    """One connector. `run` returns when it was told to stop or has lost its lease for good."""

    def __init__(self, settings: Settings, server: CouchServer, admin: CouchServer, bell: CouchServer) -> None:
        self._settings = settings
        self._server = server
        self._admin = admin
        self._bell = bell
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._database = server.database(CONNECTOR)

    def stop(self) -> None:
        """Ask the worker to stop; safe to call from a signal handler."""
        self._stop.set()
        self._lost.set()

    def run(self) -> None:
        """Work while the lease is held, wait as a standby while it is not, until stopped.

        Raises Misconfigured when the settings do not belong to the company on record; a standby may take over then.
        """
        lease = Lease(self._database, self._settings.roadbook_lease_seconds)
        while not self._stop.is_set():
            try:
                taken = lease.try_take()
            except CouchError as error:
                log.warning("worker.waiting_for_couchdb", reason=str(error))
                taken = False
            if taken:
                self._lost.clear()
                try:
                    if not self._stop.is_set():
                        self._work(lease)
                finally:
                    lease.release()
                # A thread that outlived its term must not write with the fence of the next one.
                lease = Lease(self._database, self._settings.roadbook_lease_seconds)
            else:
                self._stop.wait(min(STANDBY_PAUSE, lease.life / 4))

    def _work(self, lease: Lease) -> None:
        try:
            Term(self._settings, self._server, self._admin, self._bell, lease, self._lost).work()
        except CouchError as error:
            log.warning("worker.waiting_for_couchdb", reason=str(error))
            self._stop.wait(STANDBY_PAUSE)
