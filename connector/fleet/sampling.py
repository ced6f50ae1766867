"""Takes the samples: reads every rep's checkpoints and reports, counts what each device has not fetched.

The console does this in the background, because whoever looks at it needs the figures even while no connector runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError, CouchUnreachable
from connector.fleet.lines import MOST_LINES, MOST_SHARED, Line, forgotten_in, lines_of, without
from connector.fleet.local_documents import Found, read
from connector.fleet.samples import SAMPLE, Pass, Sample, Samples, point_of, with_point
from connector.identifiers import (
    AGES,
    CATALOG,
    CONNECTOR,
    CUSTOMERS,
    OPS,
    PICTURES,
    customers_database,
    orders_database,
)
from connector.records import time_text
from connector.registry import Registry, Rep

EVERY = 60.0  # seconds between the beginnings of two passes, longer where there are many reps
PACE = 10  # reps sampled in a second at most: a thousand cost CouchDB some percent of one core
BATCH = 50  # reps between two rests
THREADS = 4
KEYS = 100  # databases in one `_dbs_info` request, CouchDB's own limit
MOST_LOCAL = 1000  # local documents that are read of one database
SHARED = (CATALOG, PICTURES, AGES)  # databases that every device may read
OWN = (CATALOG, CUSTOMERS, AGES, PICTURES, CONNECTOR, OPS)  # whose size counts besides the reps'

log = structlog.get_logger()


class Stopped(Exception):
    """The process ends in the middle of a pass, which then leaves no record."""


class Sampling:
    """`run_pass` looks once at everything; `start` has that done again and again in a thread of its own."""

    def __init__(
        self,
        admin: CouchServer,
        server: CouchServer,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        every: float = EVERY,
        pace: float = PACE,
    ) -> None:
        self._admin = admin  # `_dbs_info` is for admins only
        self._server = server
        self._clock = clock
        self._every = every
        self._pace = pace
        self._samples = Samples(server.database(OPS))
        self._registry = Registry(server.database(CONNECTOR))
        self._stopping = threading.Event()
        self._mine = ""
        self._thread = threading.Thread(target=self._run, name="sampling", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    def _run(self) -> None:
        quiet = False
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                if not self._somebody_else_does():
                    self.run_pass()
                quiet = False
            except Stopped:
                return
            except CouchError as error:
                if not quiet:
                    log.warning("sampling.no_pass", kind=type(error).__name__, reason=str(error))
                quiet = True
            except Exception:  # a pass that fails must not end all later ones
                log.exception("sampling.pass_failed")
            self._stopping.wait(max(1.0, started + self._every - time.monotonic()))

    def _somebody_else_does(self) -> bool:
        """Whether another console has ended a pass only just now."""
        last = self._samples.last_pass()
        if last is None or last.ended_at == self._mine:
            return False
        age = self._clock() - datetime.fromisoformat(last.ended_at)
        return timedelta(0) <= age < timedelta(seconds=self._every / 2)

    def run_pass(self) -> Pass:
        """Sample every rep and every shared database once, write what changed; raises CouchError."""
        started, clock = self._clock(), time.monotonic()
        reps = self._registry.list()
        sizes = [0, 0, 0]
        lines: list[Line] = []
        with ThreadPoolExecutor(THREADS, thread_name_prefix="sampling") as threads:
            for start in range(0, len(reps), BATCH):
                if self._stopping.is_set():
                    raise Stopped
                begun = time.monotonic()
                batch = reps[start : start + BATCH]
                lines += self._sample({orders_database(rep.rep): rep for rep in batch}, threads, sizes)
                if start + BATCH < len(reps):
                    self._stopping.wait(max(0.0, begun + len(batch) / self._pace - time.monotonic()))
            territories = sorted({customers_database(rep.territory) for rep in reps if rep.state == "ready"})
            self._sample(dict.fromkeys((*SHARED, *territories)), threads, sizes)
            self._measure([name for name in OWN if name not in SHARED], sizes)
        self._forget(reps, territories)
        now = self._clock()
        self._samples.save_point(point_of(lines, now), now)
        done = Pass(
            time_text(started),
            time_text(now),
            round(time.monotonic() - clock, 2),
            len(reps),
            sizes[0],
            sizes[1],
            sizes[2],
        )
        self._samples.save_pass(done)
        self._mine = done.ended_at
        return done

    def look_at(self, rep: Rep) -> Sample:
        """One rep as it stands now, compared with the last sample; nothing is written. Raises CouchError."""
        name = orders_database(rep.rep)
        info = self._measure([name], [0, 0, 0]).get(name)
        before = self._samples.load([name]).get(name)
        return Sample(name) if info is None else self._look(name, rep, info, before)

    def _sample(self, databases: dict[str, Rep | None], threads: ThreadPoolExecutor, sizes: list[int]) -> list[Line]:
        """Sample some databases, write what changed, return the lines of the reps among them."""
        infos = self._measure(list(databases), sizes)
        before = self._samples.load(databases)
        there = {name: rep for name, rep in databases.items() if infos.get(name) is not None}
        taken = list(
            threads.map(lambda name: self._looked(name, there[name], infos[name] or {}, before.get(name)), there)
        )
        changed = [sample for sample in taken if sample != before.get(sample.database)]
        self._samples.save(changed)
        return [line for sample in taken if sample.rep for line in sample.lines]

    def _measure(self, names: Sequence[str], sizes: list[int]) -> dict[str, dict[str, Any] | None]:
        infos: dict[str, dict[str, Any] | None] = {}
        for start in range(0, len(names), KEYS):
            infos |= self._admin.databases_info(names[start : start + KEYS])
        for info in infos.values():
            if info is not None:
                sizes[0] += 1
                sizes[1] += int((info.get("sizes") or {}).get("file") or 0)
                sizes[2] += int((info.get("sizes") or {}).get("active") or 0)
        return infos

    def _looked(self, name: str, rep: Rep | None, info: dict[str, Any], before: Sample | None) -> Sample:
        """As `_look`; a database that cannot be read, whatever lies in it, keeps nobody from seeing the others.

        Where CouchDB is away altogether, nothing of it can be written either.
        """
        try:
            return self._look(name, rep, info, before)
        except Exception as error:
            log.warning("sampling.unread", database=name, kind=type(error).__name__, reason=str(error)[:300])
            return unread(before or Sample(name), rep)

    def _look(self, name: str, rep: Rep | None, info: dict[str, Any], before: Sample | None) -> Sample:
        own, now = info.get("update_seq"), self._clock()
        last = before or Sample(name)
        found = self._found(name, own)
        forgotten = forgotten_in(found, last.lines, frozenset(last.forgotten), now)
        found = without(found, frozenset(forgotten))
        known = {line.checkpoint: line for line in last.lines} if last.update_seq == f"{own}" else {}
        lags: dict[str, int | None] = {}
        for checkpoint in found.pulls:
            line = known.get(checkpoint.id)
            unmoved = line is not None and line.sequence == checkpoint.sequence and line.lag is not None
            lags[checkpoint.id] = line.lag if line and unmoved else self._lag(name, checkpoint.sequence, own)
        disabled = rep is not None and rep.state in ("disabling", "disabled")
        most = MOST_LINES if rep else MOST_SHARED
        lines = tuple(lines_of(found, lags, last.lines, now, disabled=disabled, most=most))
        if rep is None:
            lines = tuple(line for line in lines if line.state != "never")
        return replace(
            last,
            lines=lines,
            rep=rep.rep if rep else "",
            account=rep.account if rep else "",
            territory=rep.territory if rep else "",
            update_seq=f"{own}",
            points=with_point(last.points, lines, now),
            forgotten=forgotten,
        )

    def _found(self, name: str, own: Any) -> Found:
        answer = self._server.database(name).call("GET", "_local_docs", include_docs="true", limit=MOST_LOCAL)
        return read(answer.get("rows", ()), own)

    def _lag(self, name: str, sequence: str, own: Any) -> int | None:
        if sequence == f"{own}":
            return 0
        try:
            return self._server.database(name).pending(sequence)
        except CouchUnreachable:
            raise
        except CouchError:
            return None  # a sequence that somebody made up

    def _forget(self, reps: Sequence[Rep], territories: Sequence[str]) -> None:
        """Delete the samples of databases that are nobody's any more."""
        wanted = {f"{SAMPLE}{name}" for name in (*SHARED, *territories, *(orders_database(rep.rep) for rep in reps))}
        rows = self._samples.database.call("GET", "_all_docs", startkey=f'"{SAMPLE}"', endkey=f'"{SAMPLE}\ufff0"')[
            "rows"
        ]
        gone = [
            Sample(row["id"].removeprefix(SAMPLE), revision=row["value"]["rev"])
            for row in rows
            if row["id"] not in wanted
        ]
        self._samples.forget(gone)


def unread(last: Sample, rep: Rep | None) -> Sample:
    """The sample of a database that could not be read: what was known of its devices may be so no more."""
    why = "the server could not read what this database's clients left"
    lines = tuple(replace(line, state="unknown", why=why, lag=None) for line in last.lines)
    if rep is None:
        return replace(last, lines=lines)
    lines = lines or (Line("", "unknown", why),)
    return replace(last, lines=lines, rep=rep.rep, account=rep.account, territory=rep.territory)
