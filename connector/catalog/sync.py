"""Brings QuickBooks' lists over: a full pass when one is due, else a look at what changed; then the ages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from connector.catalog.ages import CUSTOMERS as CUSTOMER_AGES
from connector.catalog.ages import LISTS, PRODUCTS, TERMS, confirm
from connector.catalog.claim import CatalogBusy, Claim
from connector.catalog.customer_types import CustomerTypes
from connector.catalog.full_pass import FullPass, Progress
from connector.catalog.kinds import CAPTURED
from connector.catalog.lists import rules_of
from connector.catalog.looks import Looks
from connector.catalog.reader import Reader
from connector.catalog.short_lists import ShortLists, no_longer_there
from connector.catalog.state import State, States
from connector.catalog.taking import Taker, Took
from connector.couch import CouchServer
from connector.cursors import Cursor, Cursors
from connector.errors import DocumentConflict, RoadbookError
from connector.identifiers import AGES, CONNECTOR
from connector.quickbooks import Gateway
from connector.records import time_text
from connector.sales import Taken
from connector.servers import admin_server
from connector.settings import Settings
from connector.steps import CatalogStep, reached
from connector.territories import Distribution
from connector.watching import OVERLAP, looked

PART = "catalog"  # the name of its cursor
OLDEST = timedelta(days=29)  # QuickBooks captures changes for 30
EVERY_DAY = timedelta(hours=24)  # between full passes: what change data capture does not show is found by them
SUSPECT_REST = timedelta(hours=1)  # between passes that something suspicious brings forward
LISTS_LIFE = timedelta(hours=3)  # as preferences are read for posting
RETRY = timedelta(hours=1)  # between readings of what was skipped
STOCK_AND_BALANCES = ("stock", "balances")

log = structlog.get_logger()


def silent(title: str, seen: int, total: int) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Synced:
    """What came of it: what was done, entities seen, documents written, and how many entities are skipped by now.

    `problem` says what a pass did not see, `undistributed` why some territories may lack what was written.
    """

    what: str
    seen: int
    written: int
    skipped: int
    problem: str | None = None
    undistributed: str | None = None


class Catalog:
    """One company's copies in `catalog`, `customers` and the territories' databases. One process at a time works."""

    def __init__(
        self,
        settings: Settings,
        server: CouchServer,
        gateway: Gateway,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        database = server.database(CONNECTOR)
        self._settings = settings
        self._server = server
        self._gateway = gateway
        self._clock = clock
        self._states = States(database)
        self._cursors = Cursors(database)
        self._claim = Claim(database, settings.roadbook_lease_seconds)
        self._reader = Reader(gateway)
        self._short_lists = ShortLists(settings, server, gateway, self._reader, self._claim.ensure)
        self._types = CustomerTypes(self._short_lists.types)
        self._distribution = Distribution(
            server, settings.roadbook_new_customers, admin_server(settings), settings.roadbook_lease_seconds
        )

    def look(self) -> Taken:
        """What the connector does every few minutes and when QuickBooks says that something changed.

        Raises as `sync`, but while another process is at it there is nothing to do but to look again.
        """
        try:
            synced = self.sync()
        except CatalogBusy as busy:
            log.info("catalog.busy", reason=str(busy))
            return Taken(waiting=1)
        return Taken(rows=synced.written, waiting=0, problem=None)

    def sync(
        self,
        *,
        full: bool = False,
        retry: bool = False,
        patience: float = 0.0,
        progress: Progress = silent,
        waiting: Callable[[], None] = lambda: None,
    ) -> Synced:
        """Bring the copies to what QuickBooks holds now: all of it with `full` or when it is due, else what changed.

        `retry` reads again what was skipped, however recently that was done. `progress(title, seen, total)` is called
        after each page, `waiting` once when another process is at it, for at most `patience` seconds. Raises
        QuickBooksError, CouchError, CatalogBusy; what was done until then stays, and the next one goes on from there.
        """
        with self._claim.held(patience, waiting):
            try:
                return self._sync(full, retry, progress)
            except DocumentConflict as conflict:
                raise CatalogBusy("another process has taken over products and customers") from conflict

    def _sync(self, full: bool, retry: bool, progress: Progress) -> Synced:
        state = self._states.load(self._gateway.realm)
        cursor = self._cursors.load(self._gateway.realm, PART)
        why = "asked for" if full else pass_is_due(state, cursor, self._clock(), self._settings.roadbook_inactive)
        state, written = self._lists(state, why is not None and state.running is None)
        if why is None:
            return self._changes(state, cursor, written, retry)
        if may_look(state, cursor, self._clock()):
            # Whatever keeps the pass from its end does not keep changes from being seen.
            written = self._changes(state, cursor, written, retry).written
            state, cursor = self._states.load(state.realm), self._cursors.load(state.realm, PART)
        log.info("catalog.pass", why=why, resumed=state.running is not None)
        return self._everything(state, cursor, written, progress)

    def _lists(self, state: State, wanted: bool) -> tuple[State, int]:
        """Read the short lists if that is due; they are not captured as changes."""
        now = self._clock()
        rules = rules_of(self._settings)
        fresh = state.lists_at and now - datetime.fromisoformat(state.lists_at) < LISTS_LIFE
        if fresh and not wanted and state.rules == rules:
            return state, 0
        lists = self._short_lists
        types = lists.types()
        took = lists.take(self._taker(state), now, with_terms=wanted)
        reached(CatalogStep.LISTS_WRITTEN, ["lists"])
        self._confirm((*LISTS, *(TERMS if wanted else ())), now)
        renamed = types is not None and types != state.types and state.last is not None
        self._types.know(state.types if types is None else types, fresh=True)
        state = replace(
            state,
            types=state.types if types is None else types,
            lists_at=time_text(now),
            rules=rules,
            suspect="a customer type was renamed or made" if renamed else state.suspect,
        )
        gone = no_longer_there(state.skipped.values(), took, with_terms=wanted)
        return self._states.save(state.with_skipped((*took.taken, *gone), took.skipped)), len(took.written)

    def _everything(self, state: State, cursor: Cursor, written: int, progress: Progress) -> Synced:
        work = FullPass(self._server, self._reader, self._states, self._claim.ensure, self._distribute, self._clock)
        state, began = work.run(state, self._taker(state), progress)
        last = state.last
        assert last is not None
        undistributed = self._distribute()
        arrived = (*PRODUCTS, *(() if undistributed else CUSTOMER_AGES))
        self._confirm(arrived, datetime.fromisoformat(last.started_at))
        reached(CatalogStep.AGES_WRITTEN, ["pass"])
        rows = last.written + written
        # What was unseen before is seen now.
        after = replace(cursor, unseen=None, unseen_at=None)
        after = looked(after, (began - OVERLAP).isoformat(), rows, None, self._clock())
        self._cursors.save(replace(after, problem=undistributed))
        self._states.save(replace(state, types=self._types.names, retried_at=time_text(self._clock())))
        reached(CatalogStep.PASS_RECORDED, ["pass"])
        log.info("catalog.passed", seen=last.seen, written=rows, skipped=len(state.skipped))
        return Synced("everything", sum(last.seen.values()), rows, skipped_in(state), last.problem, undistributed)

    def _changes(self, state: State, cursor: Cursor, written: int, retry: bool) -> Synced:
        now = self._clock()
        assert cursor.since is not None
        before, taker = state, self._taker(state)
        state, retried = self._retried(state, taker, now, retry)
        looks = Looks(self._server, self._gateway, self._reader, self._claim.ensure, self._clock)
        look = looks.look(state, datetime.fromisoformat(cursor.since), taker)
        undistributed = self._distribute()
        doubted = (*(STOCK_AND_BALANCES if look.state.suspect else ()), *(CUSTOMER_AGES if undistributed else ()))
        self._confirm([kind for kind in (*PRODUCTS, *CUSTOMER_AGES, *TERMS) if kind not in doubted], now)
        rows = written + len(retried.written) + len(look.took.written)
        state = replace(look.state, types=self._types.names)
        if state != before:
            state = self._states.save(state)
        after = looked(cursor, (look.at - OVERLAP).isoformat(), rows, look.unseen, self._clock())
        self._cursors.save(replace(after, problem=undistributed))
        reached(CatalogStep.CHANGES_RECORDED, ["look"])
        log.info("catalog.looked", changes=look.changes, written=rows, skipped=len(state.skipped))
        return Synced("changes", look.changes, rows, skipped_in(state), None, undistributed)

    def _distribute(self) -> str | None:
        """Pass customers on to the territories; returns why that failed. What QuickBooks said stays taken then.

        Whoever follows the rules tries it again by itself, and so does the next look.
        """
        try:
            self._distribution.run()
        except RoadbookError as error:
            log.warning("catalog.not_distributed", reason=str(error))
            return f"customers were not passed on to all territories: {error}"
        return None

    def _retried(self, state: State, taker: Taker, now: datetime, retry: bool) -> tuple[State, Took]:
        """Read again what was skipped: it may be that only an answer was wrong."""
        last = state.retried_at
        named = [each for each in state.skipped.values() if each.kind in CAPTURED and not each.id.startswith("?")]
        if not named or (not retry and last and now - datetime.fromisoformat(last) < RETRY):
            return state, Took()
        took = Took()
        for name, kind in CAPTURED.items():
            rows = self._reader.by_ids(name, (each.id for each in named if each.kind == name))
            self._claim.ensure()
            took += taker.take(kind, rows, time_text(now))
        return replace(state, retried_at=time_text(now)).with_skipped(took.taken, took.skipped), took

    def _taker(self, state: State) -> Taker:
        self._types.know(state.types, fresh=False)
        return Taker(self._server, self._settings.roadbook_inactive, self._types)

    def _confirm(self, kinds: tuple[str, ...] | list[str], at: datetime) -> None:
        confirm(self._server.database(AGES), kinds, at)


def pass_is_due(state: State, cursor: Cursor, now: datetime, inactive: str | None = None) -> str | None:
    """Why everything is to be read, in words; None when a look at what changed is enough. `inactive` is the setting.

    Pure.
    """
    if state.running is not None:
        return "the last one was not finished"
    if state.last is None or cursor.since is None:
        return "it is the first"
    if is_forgotten(cursor.since, now):
        return "QuickBooks does not know any more what changed since the last look"
    if None not in (inactive, state.last.inactive) and inactive != state.last.inactive:
        return "the setting for what is inactive was changed"
    rested = now - datetime.fromisoformat(state.last.started_at)
    if state.suspect and rested > SUSPECT_REST:
        return state.suspect
    return "the last one was a day ago" if rested > EVERY_DAY else None


def may_look(state: State, cursor: Cursor, now: datetime) -> bool:
    """Whether a pass under way goes together with a look at what changed since the cursor. Pure."""
    if state.running is None or state.last is None or cursor.since is None:
        return False
    return not is_forgotten(cursor.since, now)


def is_forgotten(since: str, now: datetime) -> bool:
    """Whether QuickBooks does not know any more what changed since a moment. Pure."""
    return now - datetime.fromisoformat(since) > OLDEST


def skipped_in(state: State) -> int:
    """How many entities are skipped."""
    return len(state.skipped) + state.skipped_more
