"""One guard into many databases: a canary first, then ten, then all, and a stop at the first sign of trouble."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from couchdb import http

from connector.design.files import Document, content_sha256
from connector.design.server import connect, translated
from connector.errors import DesignError

STAGES = (1, 10)  # databases that are written and looked at before the next ones; then all the others
WORKERS = 4  # requests at a time; CouchDB has to serve the devices meanwhile
TRIES = 3  # of one write, for a CouchDB that is busy for a moment

OnDatabase = Callable[[str], None]


@dataclass(frozen=True)
class Target:
    """A database that is to get the guard: `revision` is what its guard had when it was planned, None for none."""

    database: str
    revision: str | None


@dataclass(frozen=True)
class Ended:
    """How one database's turn ended: `gone` if the database does not exist any more."""

    database: str
    revision: str | None
    gone: bool = False


def nothing(_: str) -> None:
    """What is done after a database or about one where nobody asked for anything."""


def fan_out(
    url: str,
    targets: Sequence[Target],
    document: Mapping[str, Any],
    on_done: OnDatabase = nothing,
    verify: OnDatabase = nothing,
    after_stage: Callable[[], None] = lambda: None,
    workers: int = WORKERS,
    ensure: Callable[[], None] = lambda: None,
) -> list[Ended]:
    """Write a guard over its planned revision in every target, in their order: one, ten, then all the others.

    `document` carries its id and stamp. `on_done` hears of each database once its write is durable, in the caller's
    thread and in the order of completion; call again with the targets it has not heard of to go on after a crash. A
    database that holds the same content already counts as done. After each canary stage `verify` looks at each of its
    databases, then `after_stage` at the server. Raises DesignError where somebody else deployed another content, and
    whatever `verify` and `after_stage` raise; no further database is begun then, those under way are finished and told.
    `ensure` is called before each write and raises if there must be no more.
    """
    done: list[Ended] = []
    writer = _Writer(url, document, ensure)
    with ThreadPoolExecutor(workers, thread_name_prefix="fan-out") as pool:
        for stage, is_canary in stages_of(targets):
            for ended in _run(pool, writer.write, stage, workers):
                done.append(ended)
                on_done(ended.database)
            if is_canary:
                there = [ended.database for ended in done[-len(stage) :] if not ended.gone]
                for _ in _run(pool, verify, there, workers):
                    pass
                after_stage()
    return done


def canaries_of(targets: Sequence[Target]) -> list[str]:
    """The databases that will be looked at after their stage."""
    return [target.database for stage, is_canary in stages_of(targets) if is_canary for target in stage]


def stages_of(targets: Sequence[Target]) -> list[tuple[Sequence[Target], bool]]:
    """The targets in stages, each with whether it is a canary: one that others come after."""
    stages, at = [], 0
    for size in (*STAGES, len(targets)):
        if targets[at : at + size]:
            stages.append((targets[at : at + size], at + size < len(targets)))
        at += size
    return stages


class _Writer:
    """Writes the guard; a connection for each thread."""

    def __init__(self, url: str, document: Mapping[str, Any], ensure: Callable[[], None]) -> None:
        self._url = url
        self._ensure = ensure
        self._document = document
        self._sha256 = content_sha256(document)
        self._threads = threading.local()

    def write(self, target: Target) -> Ended:
        """Write it into one database; raises DesignError, CouchError."""
        with translated(f"{target.database}/{self._document['_id']}"):
            for last in (False,) * (TRIES - 1) + (True,):
                self._ensure()
                try:
                    return self._write(target)
                except http.ServerError as error:
                    if last or error.args[0][0] < 500:
                        raise
            raise AssertionError("unreachable")

    def _write(self, target: Target) -> Ended:
        resource = self._server().resource(target.database)
        path = str(self._document["_id"]).split("/")
        body: Document = {**self._document, **({"_rev": target.revision} if target.revision else {})}
        try:
            return Ended(target.database, str(resource.put_json(path, body=body)[2]["rev"]))
        except http.ResourceNotFound:
            return Ended(target.database, None, gone=True)
        except http.ResourceConflict as error:
            current = self._read(resource, path)
            if current is not None and content_sha256(current) == self._sha256:
                return Ended(target.database, current["_rev"])
            raise DesignError(
                f"{target.database}/{self._document['_id']}: somebody else deployed there just now; "
                "look at `roadbook design plan`, then deploy again"
            ) from error

    def _read(self, resource: Any, path: Sequence[str]) -> Document | None:
        try:
            found: Document = resource.get_json(path)[2]
        except http.ResourceNotFound:
            return None
        return found

    def _server(self) -> Any:
        if not hasattr(self._threads, "server"):
            self._threads.server = connect(self._url)
        return self._threads.server


def _run(pool: ThreadPoolExecutor, work: Callable[[Any], Any], items: Sequence[Any], workers: int) -> Iterator[Any]:
    """Do the work for all items, never more of them in hand than workers; yields results as they come.

    At the first failure nothing more is begun; what is under way is finished, yielded, and then the failure is raised.
    """
    waiting = iter(items)
    running: set[Future[Any]] = {pool.submit(work, item) for _, item in zip(range(workers), waiting, strict=False)}
    failure: BaseException | None = None
    while running:
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            failure = failure or future.exception()
            if future.exception() is None:
                yield future.result()
            if failure is None:
                running |= {pool.submit(work, item) for _, item in zip(range(1), waiting, strict=False)}
    if failure is not None:
        raise failure
