"""A term: everything that the one active connector does while it holds the lease, started and stopped in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from connector.catalog import KINDS as CATALOG_KINDS
from connector.catalog import Bringing, Catalog
from connector.catalog.state import States
from connector.checkpoints import Checkpoints
from connector.company_settings import in_force
from connector.connections import connected_realm, connection_of
from connector.couch import CouchServer
from connector.cursors import Cursors
from connector.dead_letters import DeadLetters
from connector.design import COUCH_DESIGN, Project
from connector.doorbell import Doorbell
from connector.drift import DriftCheck
from connector.errors import CouchError
from connector.facts import FactReader
from connector.heartbeat import EVERY as BEAT_EVERY
from connector.heartbeat import Heartbeat, Heartbeats
from connector.identifiers import CONNECTOR, OPS
from connector.intake import Intake
from connector.lease import Lease
from connector.ledger import Ledger
from connector.letters.configuration import configuration_in_force
from connector.letters.work import LetterWork
from connector.outcomes import RECONNECT_WAIT, waits_for_connection
from connector.policies import Policies
from connector.posters import Posters
from connector.posting import Posting
from connector.quickbooks import Keeper
from connector.readers import Readers
from connector.receipts import Receipts
from connector.reconciliation.nightly import Nightly
from connector.records import time_text
from connector.registry import Registry
from connector.restored import Restored
from connector.sales import KINDS, Sales
from connector.settings import Settings
from connector.signals import Signals
from connector.sweep import Sweep
from connector.territories import Distribution
from connector.territories.following import Following
from connector.territories.requested import RequestedCustomers
from connector.turns import GAP
from connector.watching import Feed, Watch

FAST_SWEEP = 5  # seconds between sweeps while the server has no doorbell
DUE_AHEAD = 90  # seconds of due work that is taken up in one look at the ledger
NIGHTLY_LOOK = 60  # seconds between looks whether something nightly is due
TAKE_UP = 5  # seconds between two looks at the ledger, for rows that a person had tried again
CONNECTION_LOOK = 5  # seconds between looks for a newly connected company
SETTINGS_LOOK = 2  # seconds between looks whether an admin changed a setting
TERRITORY_LOOK = 2  # seconds between looks whether somebody changed who sees which customer
VERIFICATION = 24  # hours between comparisons of every copy of a customer with what it should be
MOST_WAITING = 100_000  # rows that are woken at once when the company is connected again
READ_AT_ONCE = 500  # rows
CATALOG_GAP = 30.0  # seconds between two looks at what is copied, after a burst of some: each may take three reads
LETTER_PATIENCE = 10  # seconds a letter may take that is being handed in; one that takes longer is in doubt
STOP_PATIENCE = 135  # seconds a thread may take to finish what it has in hand

log = structlog.get_logger()


class Term:
    """The parts of one active connector; `lost` ends it: told to stop, fenced off, other settings, another company."""

    def __init__(
        self,
        settings: Settings,
        server: CouchServer,
        admin: CouchServer,
        bell: CouchServer,
        lease: Lease,
        lost: threading.Event,
    ) -> None:
        self._environment = settings
        self._settings = settings = in_force(settings, server)
        self._server = server
        self._lease = lease
        self._lost = lost
        self._done = threading.Event()
        self._over = threading.Event()
        self._sweep_wanted = threading.Event()
        self._database = server.database(CONNECTOR)
        self._heartbeats = Heartbeats(server.database(OPS))
        self._began_at = time_text(datetime.now(UTC))
        self._swept: tuple[str | None, int | None, str] = (None, None, "")  # when, databases with news, problem
        self._ledger = ledger = Ledger(self._database, lambda: lease.fence)
        checkpoints = Checkpoints(self._database)
        self._connection = connection = connection_of(settings, server, before_writing=lease.ensure)
        self._facts = FactReader(server, settings.roadbook_currency, self._is_catalog_brought)
        self._keeper = Keeper(connection, self._resume)
        distribution = Distribution(server, settings.roadbook_new_customers, admin, settings.roadbook_lease_seconds)
        policies = Policies(settings, connection.gateway)
        bringing = Bringing(settings, server, connection.gateway, distribution, policies.renew)
        posting = Posting(
            ledger,
            Receipts(server),
            self._facts,
            connection.gateway,
            lease,
            policies.policy,
            connection.realm,
            keeper=self._keeper,
            requested=RequestedCustomers(self._database),
            bring=bringing.bring,
        )
        self._posters = Posters(posting, settings.roadbook_posters, lost.set)
        intake = Intake(
            server, ledger, DeadLetters(self._database), checkpoints, self._posters.found, self._restored_at
        )
        self._readers = Readers(intake, settings.roadbook_readers, lost.set)
        self._sweep = Sweep(admin, Registry(self._database), checkpoints, self._readers.news)
        self._doorbell = Doorbell(bell, self._readers.news, self._opened, self._done)
        self._nightly = Nightly(settings.roadbook_reconcile_at, server, connection.gateway)
        project = Project(COUCH_DESIGN, admin.url_with_credentials)
        self._drift_check = DriftCheck(settings.roadbook_drift_check_at, project, server)
        self._watches = self._new_watches(server) if connection.realm else {}
        self._territories = Following(self._database, distribution, self._done)
        self._letters = LetterWork(server, lambda: configuration_in_force(self._environment, server), lease.ensure)

    def work(self) -> None:
        """Work until the term is lost, then let every thread finish what it has in hand."""
        scheduler = self._scheduler()
        try:
            self._take_up()
            self._keeper.glance()
            self._posters.start()
            self._readers.start()
            for thread in self._threads():
                thread.start()
            scheduler.start()
            log.info("worker.active", fence=self._lease.fence, realm=self._connection.realm or "not connected")
            self._lost.wait()
        finally:
            log.info("worker.stopping")
            self._done.set()
            if scheduler.running:
                scheduler.shutdown(wait=False)
            if not self._lease.held():
                self._connection.pace.close()
            self._readers.stop(STOP_PATIENCE)
            self._posters.stop(STOP_PATIENCE)
            self._letters.wait(LETTER_PATIENCE)
            self._over.set()
            if self._lease.held():
                self._beat(stopped=True)
            self._connection.close()

    def _threads(self) -> list[threading.Thread]:
        work: dict[str, Callable[[], None]] = {
            "keeper": lambda: self._keeper.keep(self._done),
            "lease": lambda: self._lease.keep(self._over, self._lost.set),
            "doorbell": self._doorbell.listen,
            "sweep": self._sweep_when_wanted,
            "letters": partial(self._letters.run, self._done),
        }
        work |= {name: partial(watch.run, self._done) for name, watch in self._watches.items()}
        return [threading.Thread(target=target, name=name, daemon=True) for name, target in work.items()]

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        scheduler.add_job(self._sweep_wanted.set, "interval", minutes=self._settings.roadbook_sweep_minutes)
        scheduler.add_job(self._look_for_company, "interval", seconds=CONNECTION_LOOK)
        scheduler.add_job(self._look_for_settings, "interval", seconds=SETTINGS_LOOK)
        scheduler.add_job(self._take_up, "interval", seconds=TAKE_UP)
        scheduler.add_job(self._beat, "interval", seconds=BEAT_EVERY, next_run_time=datetime.now(UTC))
        scheduler.add_job(self._nightly.look, "interval", seconds=NIGHTLY_LOOK, next_run_time=datetime.now(UTC))
        scheduler.add_job(self._territories.look, "interval", seconds=TERRITORY_LOOK)
        scheduler.add_job(self._territories.verify, "interval", hours=VERIFICATION, next_run_time=datetime.now(UTC))
        scheduler.add_job(self._drift_check.look, "interval", seconds=NIGHTLY_LOOK, next_run_time=datetime.now(UTC))
        for watch in self._watches.values() if self._settings.roadbook_watch_minutes else ():
            scheduler.add_job(watch.wanted, "interval", minutes=self._settings.roadbook_watch_minutes)
        return scheduler

    def _new_watches(self, server: CouchServer) -> dict[str, Watch]:
        """One watch for what orders became and one, which takes its time, for what is copied to the devices."""
        gateway = self._connection.gateway
        sales = Feed("sales", KINDS, Sales(self._ledger, gateway, self._posters.found).take)
        catalog = Feed("catalog", CATALOG_KINDS, look=Catalog(self._settings, server, gateway).look)
        return {"watch": self._new_watch(sales, GAP), "catalog": self._new_watch(catalog, CATALOG_GAP)}

    def _new_watch(self, feed: Feed, gap: float) -> Watch:
        minutes = self._settings.roadbook_watch_minutes
        return Watch(
            self._connection.gateway,
            Cursors(self._database),
            Signals(self._database),
            self._lease,
            [feed],
            self._lost.set,
            min(gap, minutes * 60) if minutes else gap,
        )

    def _restored_at(self) -> str | None:
        return Restored(self._database).at()

    def _is_catalog_brought(self) -> bool:
        return States(self._database).load(self._connection.realm).last is not None

    def _opened(self) -> None:
        """The doorbell's connection is new: what happened before it was heard by nobody."""
        self._readers.distrust()
        self._facts.forget()
        self._sweep_wanted.set()

    def _take_up(self) -> None:
        """Queue the rows that are due now or soon; what a crash left behind comes back this way."""
        until = time_text(datetime.now(UTC) + timedelta(seconds=DUE_AHEAD))
        try:
            self._posters.load(self._ledger, until)
        except (CouchError, ValueError) as error:
            log.warning("worker.ledger_unread", reason=str(error))

    def _resume(self) -> None:
        """Queue now what waits for the company to be connected again."""
        now = datetime.now(UTC)
        waiting = self._ledger.due(time_text(now + timedelta(seconds=RECONNECT_WAIT + DUE_AHEAD)), limit=MOST_WAITING)
        for start in range(0, len(waiting), READ_AT_ONCE):
            rows = self._ledger.read(row_id for _, row_id in waiting[start : start + READ_AT_ONCE])
            for row in filter(waits_for_connection, rows.values()):
                self._posters.found(replace(row, due_at=time_text(now)))

    def _beat(self, stopped: bool = False) -> None:
        """Say what stands; a beat that cannot be written is missed, which is what it is for."""
        now, heard = datetime.now(UTC), self._doorbell.heard_at
        silent = None if heard is None else timedelta(seconds=max(0.0, time.monotonic() - heard))
        beat = Heartbeat(
            at=time_text(now),
            fence=self._lease.fence,
            realm=self._connection.realm or "",
            began_at=self._began_at,
            doorbell_at=None if silent is None else time_text(now - silent),
            doorbell_missing=self._doorbell.missing,
            swept_at=self._swept[0],
            sweep_news=self._swept[1],
            sweep_problem=self._swept[2],
            dirty=len(self._readers),
            due=len(self._posters),
            stopped=stopped,
        )
        try:
            self._heartbeats.beat(beat)
        except CouchError as error:
            log.warning("worker.no_heartbeat", reason=str(error))

    def _look_for_company(self) -> None:
        """End the term when another company was connected than the one that is being posted to."""
        try:
            connected = connected_realm(self._database)
        except CouchError:
            return
        if connected and connected != self._connection.realm:
            log.info("worker.company_connected", realm=connected)
            self._lost.set()

    def _look_for_settings(self) -> None:
        """End the term when an admin changed what it works by: the next one begins at once and takes the new ones."""
        try:
            changed = in_force(self._environment, self._server) != self._settings
        except CouchError:
            return
        if changed:
            log.info("worker.settings_changed")
            self._lost.set()

    def _sweep_when_wanted(self) -> None:
        while not self._done.is_set():
            asked = self._sweep_wanted.wait(FAST_SWEEP if self._doorbell.missing else 1.0)
            if self._done.is_set() or not (asked or self._doorbell.missing):
                continue
            self._sweep_wanted.clear()
            try:
                news = self._sweep.run()
                self._swept = (time_text(datetime.now(UTC)), news, "")
                log.debug("sweep.done", databases_with_news=news)
            except Exception as error:
                self._swept = (*self._swept[:2], str(error)[:300])
                log.warning("sweep.failed", reason=str(error))
                self._sweep_wanted.set()
                self._done.wait(1.0)
