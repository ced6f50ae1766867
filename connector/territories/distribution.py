"""Brings every territory's database to what the rules say, from the master copy of the customers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from connector.checkpoints import sequence_number
from connector.couch import CouchServer
from connector.errors import CouchError, DocumentConflict, Forbidden, LeaseLost, NotFound, TerritoryError
from connector.identifiers import CONNECTOR, CUSTOMERS
from connector.lease import Lease
from connector.records import time_text
from connector.territories.family import CUSTOMER, PAGE, everybody_at, has_customers, with_ancestors, with_descendants
from connector.territories.progress import Distributed, Progress, ProgressRecord
from connector.territories.rules import Customer, NewCustomers, ancestors_wanted
from connector.territories.store import Standing, TerritoryStore
from connector.territories.territory import OnWrite, Territory

LEASE = "lease:distribution"
LIFE = 15.0  # seconds after which a silent distribution may be taken over
LOOK = 0.2  # seconds between two looks at a distribution that another process has under way
PATIENCE = 600.0  # seconds that a run waits for another one
AT_ONCE = 4  # territories
ROUNDS = 20  # times the rules may change during one run

Found = TypeVar("Found")
log = structlog.get_logger()


class Distribution:
    """Follows the master and the rules; one works at a time, and whoever finds nothing new needs no turn.

    `admin` is used for nothing but compaction, which takes what was removed out of the files. `life` is how long a
    distribution may be silent before another one takes over. `on_write` hears of each write before it is sent.
    """

    def __init__(
        self,
        server: CouchServer,
        new_customers: NewCustomers,
        admin: CouchServer | None = None,
        life: float = LIFE,
        on_write: OnWrite = lambda territory, documents: None,
    ) -> None:
        self._server = server
        self._database = server.database(CONNECTOR)
        self._master = server.database(CUSTOMERS)
        self._store = TerritoryStore(self._database)
        self._new_customers: NewCustomers = new_customers
        self._record = ProgressRecord(self._database)
        self._admin = admin
        self._life = life
        self._on_write = on_write

    def run(self, thorough: bool = False, stop: threading.Event | None = None) -> Distributed:
        """Bring every copy to what the newest rules say; `thorough` compares all contents and trusts no record, as is
        done of itself an hour after CouchDB refused copies.

        A run that was killed anywhere is completed by the next one; `stop` ends the wait for one that another process
        has under way. Raises TerritoryError when another process has
        been at it for ten minutes, CouchError; what was written stays.
        """
        if thorough or self._record.load().retry_is_due(datetime.now(UTC)):
            self._record.doubt()
        lease = Lease(self._database, self._life, name=LEASE)
        stop = stop or threading.Event()
        ends = time.monotonic() + PATIENCE
        while not stop.is_set() and not self._settled():
            if not lease.try_take():
                if time.monotonic() > ends:
                    raise TerritoryError("another process is still bringing customers to the territories; wait for it")
                stop.wait(min(LOOK, self._life / 10))
                continue
            try:
                return self._work_under(lease)
            except LeaseLost as error:
                # What was on its way then may have come after what the next one wrote.
                log.warning("territories.overtaken", reason=str(error))
                self._record.doubt()
            except DocumentConflict as error:
                log.info("territories.begun_anew", reason=str(error))
            finally:
                lease.release()
            lease = Lease(self._database, self._life, name=LEASE)
        return Distributed()

    def _standing(self) -> Standing:
        return self._store.standing(self._new_customers)

    def _settled(self) -> bool:
        """Whether there is nothing to do; an empty master was not filled yet, and takes nothing away from anybody."""
        return self._follows_everything() or not has_customers(self._master)

    def _follows_everything(self) -> bool:
        progress = self._record.load()
        if progress.mark is None or progress.mark != self._standing().mark or self._came_back(progress):
            return False
        if progress.compact and self._admin is not None:
            return False
        info = self._master.info()
        if was_set_back(progress, info):
            return False
        return progress.since == str(info["update_seq"]) or not self._master.pending(str(progress.since))

    def _came_back(self, progress: Progress) -> bool:
        """Whether a territory that had no database has one now."""
        return any(self._store.has_database(name) for name in progress.missing)

    def _work_under(self, lease: Lease) -> Distributed:
        over = threading.Event()
        keeper = threading.Thread(target=lease.keep, args=(over, lambda: None), name="distribution lease", daemon=True)
        keeper.start()
        try:
            return self._work(lease)
        finally:
            over.set()
            keeper.join()

    def _work(self, lease: Lease) -> Distributed:
        done = Distributed()
        for _ in range(ROUNDS):
            progress, standing = self._record.load(), self._standing()
            if self._came_back(progress):
                progress = self._record.save(replace(progress, mark=None, thorough=True, missing=()))
            turn = Turn(self._server, self._store, self._record, lease, standing, progress, self._on_write)
            info = self._master.info()
            if progress.mark != standing.mark or was_set_back(progress, info):
                done += turn.go_over(info)
            done += turn.follow()
            lease.renew()
            if self._standing().mark != standing.mark:
                continue
            self._compact(turn)
            turn.end(instance_of(info), time_text(datetime.now(UTC)), done.refused)
            log.info("territories.distributed", **done.__dict__)
            return done
        raise TerritoryError("the rules change faster than they can be followed; run this again")

    def _compact(self, turn: Turn) -> None:
        """Have the bodies of removed copies taken out of the files; CouchDB does it in the background."""
        for name in turn.progress.compact:
            if self._admin is not None:
                try:
                    self._admin.call("POST", f"{Territory.database_of(name)}/_compact", {})
                except CouchError as error:
                    log.warning("territories.not_compacted", territory=name, reason=str(error))
        if self._admin is not None:
            turn.save(compact=())


class Turn:
    """The work of one holder of the lease under one state of the rules."""

    def __init__(
        self,
        server: CouchServer,
        store: TerritoryStore,
        record: ProgressRecord,
        lease: Lease,
        standing: Standing,
        progress: Progress,
        on_write: OnWrite,
    ) -> None:
        self.progress = progress
        self._compared = False
        self.missing = set(progress.missing) & standing.territories
        self._master = server.database(CUSTOMERS)
        self._store = store
        self._record = record
        self._lease = lease
        self._standing = standing
        self._territories = [
            Territory(server, name, standing.assignments, lease, on_write)
            for name in sorted(standing.territories - self.missing)
        ]

    def save(self, **changes: Any) -> None:
        """Put progress on record; raises DocumentConflict, LeaseLost."""
        self._lease.ensure()
        self.progress = self._record.save(replace(self.progress, **changes))

    def end(self, instance: str, at: str, refused: int) -> None:
        """Put on record that every copy follows the rules, but for those that were refused."""
        self.progress = self.progress.with_refused(refused, self._compared, at)
        self.save(mark=self._standing.mark, instance=instance, ended_at=at, missing=tuple(sorted(self.missing)))

    def go_over(self, info: Mapping[str, Any]) -> Distributed:
        """Compare every territory's copies with the rules: removals first, everywhere, then what is missing.

        Contents are only compared where it is not known that they were followed. Following goes on from where the
        customers were read, lest those be missed that another copy of the master knows already.
        """
        prices = self._standing.assignments.revision
        thorough = self.progress.thorough or prices != self.progress.prices or was_set_back(self.progress, info)
        self.save(mark=None, thorough=thorough)
        customers, seen = everybody_at(self._master)
        wanted = self._placed(customers, customers)
        extra = self._each(lambda each: each.too_many(wanted[each.name]))
        self._to_compact({name for name, found in extra.items() if found})
        removed = self._each(lambda each: each.remove())
        written = self._each(lambda each: each.complete(wanted[each.name], customers, thorough))
        done = sum((*removed.values(), *written.values()), Distributed(read=len(customers)))
        if not thorough:
            done += self.follow()
        self._compared = thorough
        self.save(thorough=False, since=seen, instance=instance_of(info), prices=prices)
        return done

    def follow(self) -> Distributed:
        """Pass on what changed in the master since the sequence on record, in pages."""
        done = Distributed()
        while True:
            page = self._master.changes(self.progress.since or "0", PAGE)
            changed = {str(row["id"]) for row in page["results"] if str(row["id"]).startswith(CUSTOMER)}
            if changed:
                done += self._pass_on(changed)
            if str(page["last_seq"]) != self.progress.since:
                self.save(since=str(page["last_seq"]))
            if not page["results"]:
                return done

    def _pass_on(self, changed: set[str]) -> Distributed:
        keys = with_descendants(self._master, changed)
        customers = with_ancestors(self._master, keys)
        wanted = self._placed({key: customers[key] for key in keys if key in customers}, customers)
        extra = self._each(lambda each: each.too_many(wanted[each.name], sorted(keys)))
        self._to_compact({name for name, found in extra.items() if found})
        removed = self._each(lambda each: each.remove())
        written = self._each(lambda each: each.complete(wanted[each.name], customers, True))
        return sum((*removed.values(), *written.values()), Distributed(read=len(changed)))

    def _placed(self, some: Mapping[str, Customer], customers: Mapping[str, Customer]) -> dict[str, set[str]]:
        """The ids of the customers that each territory is to have, of some; `customers` hold their parents, too."""
        keys = customers.keys() | ancestors_wanted(customers)
        placing = self._store.placing(self._standing, None if len(some) > PAGE else keys)
        wanted: dict[str, set[str]] = {name: set() for name in self._standing.territories}
        for key in some:
            for name in placing.territories_of(key, customers):
                wanted[name].add(key)
        return wanted

    def _to_compact(self, names: set[str]) -> None:
        if not names <= set(self.progress.compact):
            self.save(compact=tuple(sorted({*self.progress.compact, *names})))

    def _each(self, work: Callable[[Territory], Found]) -> dict[str, Found]:
        """What came of it by territory; one whose database is not there, or not open yet, is left out from then on."""
        found: dict[str, Found] = {}

        def one(territory: Territory) -> None:
            try:
                found[territory.name] = work(territory)
            except (NotFound, Forbidden) as error:
                log.warning("territories.database_missing", territory=territory.name, reason=str(error))
                self.missing.add(territory.name)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(one, self._territories))
        self._territories = [each for each in self._territories if each.name not in self.missing]
        return found


def instance_of(info: Mapping[str, Any]) -> str:
    """What tells one database from another one of the same name."""
    return str(info.get("instance_start_time", ""))


def was_set_back(progress: Progress, info: Mapping[str, Any]) -> bool:
    """Whether the master is another one than the one that was followed, or an older state of it."""
    if progress.since is None or progress.instance != instance_of(info):
        return True
    return sequence_number(str(info["update_seq"])) < sequence_number(progress.since)
