"""The connector process: takes the lease, starts follower and posters, and stops them in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from connector.checkpoints import Checkpoints
from connector.company import CompanyRecord
from connector.couch import CouchServer, Database
from connector.cursors import Cursors
from connector.dead_letters import DeadLetters
from connector.doorbell import Doorbell
from connector.errors import CouchError
from connector.facts import FactReader
from connector.identifiers import CONNECTOR
from connector.intake import Intake
from connector.lease import Lease
from connector.ledger import Ledger
from connector.nightly import Nightly
from connector.outcomes import RECONNECT_WAIT, waits_for_connection
from connector.policies import Policies
from connector.posters import Posters
from connector.posting import Posting
from connector.quickbooks import Connection, Keeper
from connector.readers import Readers
from connector.receipts import Receipts
from connector.records import time_text
from connector.registry import Registry
from connector.sales import KINDS, Sales
from connector.settings import Settings
from connector.signals import Signals
from connector.sweep import Sweep
from connector.watching import GAP, Feed, Watch

DOORBELL_SILENCE = 35  # seconds without a heartbeat after which the doorbell's connection counts as dead
FAST_SWEEP = 5  # seconds between sweeps while the server has no doorbell
DUE_AHEAD = 90  # seconds of due work that is taken up in one look at the ledger
NIGHTLY_LOOK = 60  # seconds between looks whether the nightly reconciliation is due
TAKE_UP = 5  # seconds between two looks at the ledger, for rows that a person had tried again
CONNECTION_LOOK = 5  # seconds between looks for a newly connected company
MOST_WAITING = 100_000  # rows that are woken at once when the company is connected again
READ_AT_ONCE = 500  # rows
STOP_PATIENCE = 75  # seconds a thread may take to finish what it has in hand
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
        """Work while the lease is held, wait as a standby while it is not, until stopped."""
        lease = Lease(self._database, self._settings.roadbook_lease_seconds)
        while not self._stop.is_set():
            try:
                taken = lease.try_take()
            except CouchError as error:
                log.warning("worker.waiting_for_couchdb", reason=str(error))
                taken = False
            if taken:
                self._lost.clear()
                if not self._stop.is_set():
                    self._work(lease)
                lease.release()
                # A thread that outlived its term must not write with the fence of the next one.
                lease = Lease(self._database, self._settings.roadbook_lease_seconds)
            else:
                self._stop.wait(min(STANDBY_PAUSE, lease.life / 4))

    def _work(self, lease: Lease) -> None:
        """Everything the one active connector does, until stopped or fenced off."""
        done = threading.Event()
        over = threading.Event()
        ledger = Ledger(self._database, lambda: lease.fence)
        checkpoints = Checkpoints(self._database)
        connection = connection_of(self._settings, self._server, before_writing=lease.ensure)
        facts = FactReader(self._server, self._settings.roadbook_currency)
        policies = Policies(self._settings, connection.gateway)
        keeper = Keeper(connection, lambda: self._resume(posters, ledger))
        posting = Posting(
            ledger,
            Receipts(self._server),
            facts,
            connection.gateway,
            lease,
            policies.policy,
            connection.realm,
            keeper=keeper,
        )
        posters = Posters(posting, self._settings.roadbook_posters, self._lost.set)
        intake = Intake(self._server, ledger, DeadLetters(self._database), checkpoints, posters.found)
        readers = Readers(intake, self._settings.roadbook_readers, self._lost.set)
        sweep = Sweep(self._admin, Registry(self._database), checkpoints, readers.news)
        wanted = threading.Event()

        def opened() -> None:
            readers.distrust()
            facts.forget()
            wanted.set()

        doorbell = Doorbell(self._bell, readers.news, opened, done)
        threads = [
            threading.Thread(target=keeper.keep, args=(done,), name="keeper", daemon=True),
            threading.Thread(target=lease.keep, args=(over, self._lost.set), name="lease", daemon=True),
            threading.Thread(target=doorbell.listen, name="doorbell", daemon=True),
            threading.Thread(target=self._sweep, args=(sweep, wanted, doorbell, done), name="sweep", daemon=True),
        ]
        scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        scheduler.add_job(wanted.set, "interval", minutes=self._settings.roadbook_sweep_minutes)
        scheduler.add_job(self._look_for_company, "interval", seconds=CONNECTION_LOOK, args=(connection.realm,))
        scheduler.add_job(self._take_up, "interval", seconds=TAKE_UP, args=(posters, ledger))
        nightly = Nightly(self._settings.roadbook_reconcile_at, self._server, connection.gateway)
        scheduler.add_job(nightly.look, "interval", seconds=NIGHTLY_LOOK, next_run_time=datetime.now(UTC))
        if connection.realm:
            sales = Feed("sales", KINDS, Sales(ledger, connection.gateway, posters.found).take)
            minutes = self._settings.roadbook_watch_minutes
            watch = Watch(
                connection.gateway,
                Cursors(self._database),
                Signals(self._database),
                lease,
                [sales],
                self._lost.set,
                min(GAP, minutes * 60) if minutes else GAP,
            )
            threads.append(threading.Thread(target=watch.run, args=(done,), name="watch", daemon=True))
            if minutes:
                scheduler.add_job(watch.wanted, "interval", minutes=minutes)
        try:
            self._take_up(posters, ledger)
            keeper.glance()
            posters.start()
            readers.start()
            for thread in threads:
                thread.start()
            scheduler.start()
            log.info("worker.active", fence=lease.fence, realm=connection.realm or "not connected")
            self._lost.wait()
        finally:
            log.info("worker.stopping")
            done.set()
            if scheduler.running:
                scheduler.shutdown(wait=False)
            if not lease.held():
                connection.pace.close()
            readers.stop(STOP_PATIENCE)
            posters.stop(STOP_PATIENCE)
            over.set()
            connection.close()

    def _take_up(self, posters: Posters, ledger: Ledger) -> None:
        """Queue the rows that are due now or soon; what a crash left behind comes back this way."""
        until = time_text(datetime.now(UTC) + timedelta(seconds=DUE_AHEAD))
        try:
            posters.load(ledger, until)
        except (CouchError, ValueError) as error:
            log.warning("worker.ledger_unread", reason=str(error))

    def _resume(self, posters: Posters, ledger: Ledger) -> None:
        """Queue now what waits for the company to be connected again."""
        now = datetime.now(UTC)
        waiting = ledger.due(time_text(now + timedelta(seconds=RECONNECT_WAIT + DUE_AHEAD)), limit=MOST_WAITING)
        for start in range(0, len(waiting), READ_AT_ONCE):
            rows = ledger.read(row_id for _, row_id in waiting[start : start + READ_AT_ONCE])
            for row in filter(waits_for_connection, rows.values()):
                posters.found(replace(row, due_at=time_text(now)))

    def _look_for_company(self, realm: str) -> None:
        """Start over when another company was connected than the one that is being posted to."""
        try:
            connected = connected_realm(self._database)
        except CouchError:
            return
        if connected and connected != realm:
            log.info("worker.company_connected", realm=connected)
            self._lost.set()

    def _sweep(self, sweep: Sweep, wanted: threading.Event, doorbell: Doorbell, done: threading.Event) -> None:
        while not done.is_set():
            asked = wanted.wait(FAST_SWEEP if doorbell.missing else 1.0)
            if done.is_set() or not (asked or doorbell.missing):
                continue
            wanted.clear()
            try:
                news = sweep.run()
                log.debug("sweep.done", databases_with_news=news)
            except Exception as error:
                log.warning("sweep.failed", reason=str(error))
                wanted.set()
                done.wait(1.0)


def connected_realm(database: Database) -> str:
    """The realm (company id) of the company that this Roadbook belongs to; empty before the first was connected."""
    company = CompanyRecord(database).load()
    return company.realm if company else ""


def connection_of(
    settings: Settings, server: CouchServer, realm: str = "", before_writing: Callable[[], None] = lambda: None
) -> Connection:
    """The connection to a company, by default the connected one; its realm is empty while there is none.

    `before_writing` is called right before each request that writes; what it raises keeps the request from leaving.
    """
    database = server.database(CONNECTOR)
    return Connection(
        settings.quickbooks_environment,
        realm or connected_realm(database),
        database,
        client_id=settings.quickbooks_client_id,
        client_secret=settings.quickbooks_client_secret,
        redirect_uri=settings.quickbooks_redirect_uri,
        secret_keys=settings.roadbook_secret_keys,
        posters=settings.roadbook_posters,
        claim_life=settings.roadbook_lease_seconds,
        before_writing=before_writing,
    )
