"""The full pass: every product and customer, page by page, with a place on record from which a killed one goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from connector.catalog.kinds import PAGED, Kind
from connector.catalog.paging import after_page, missing
from connector.catalog.reader import Reader
from connector.catalog.state import LastPass, Part, Pass, Skipped, State, States
from connector.catalog.taking import Taker, Took
from connector.catalog.writing import keys_of
from connector.couch import CouchServer
from connector.records import time_text
from connector.steps import CatalogStep, reached

GROWS_OLD = timedelta(days=28)  # a pass under way is begun anew before its changes can't be captured any more

Progress = Callable[[str, int, int], None]
log = structlog.get_logger()


class FullPass:
    """Reads everything. `ensure` raises when somebody else has taken over, `distribute` passes customers on."""

    def __init__(
        self,
        server: CouchServer,
        reader: Reader,
        states: States,
        ensure: Callable[[], None],
        distribute: Callable[[], object],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self._reader = reader
        self._states = states
        self._ensure = ensure
        self._distribute = distribute
        self._clock = clock

    def run(self, state: State, taker: Taker, progress: Progress) -> tuple[State, datetime]:
        """Go on with the pass that is under way, or begin one, and bring it to its end.

        Returns the state, which is not stored yet, and when by QuickBooks' clock everything in it was true.
        Raises what `Gateway` raises, CouchError, CatalogBusy; what was done until then is on record.
        """
        state = self._begun(state, taker.inactive)
        for kind in PAGED:
            while not part_of(state, kind).done:
                state = self._page(state, kind, taker, progress)
            state = self._end_gone(state, kind, taker)
        running = state.running
        assert running is not None
        problems = [f"{kind.title}: {what}" for kind in PAGED if (what := missing(running.parts[kind.entity]))]
        last = LastPass(
            running.started_at,
            time_text(self._clock()),
            {name: len(part.seen) for name, part in running.parts.items()},
            sum(part.written for part in running.parts.values()),
            "; ".join(problems) or None,
            running.inactive,
        )
        if problems:
            log.warning("catalog.incomplete", problems=problems)
        kept = {key: each for key, each in state.skipped.items() if is_still_there(each, running.parts)}
        after = replace(state, running=None, last=last, suspect=None, marks={}, skipped=kept)
        return after, datetime.fromisoformat(running.began)

    def _begun(self, state: State, inactive: str) -> State:
        """The state with a pass under way; one that was begun too long ago is begun anew."""
        now = self._clock()
        running = state.running
        if running is not None and now - datetime.fromisoformat(running.started_at) < GROWS_OLD:
            return state
        counts: dict[str, Part] = {}
        began: datetime | None = None
        for kind in PAGED:
            total, at = self._reader.count(kind.entity)
            began = began or at
            counts[kind.entity] = Part(total=total)
        assert began is not None
        running = Pass(time_text(now), began.isoformat(), counts, inactive=inactive)
        return self._states.save(replace(state, running=running, skipped_more=0))

    def _page(self, state: State, kind: Kind, taker: Taker, progress: Progress) -> State:
        before = part_of(state, kind)
        rows = self._reader.page(kind.entity, before)
        reached(CatalogStep.PAGE_READ, [f"{kind.entity}:{before.pages}"])
        self._ensure()
        took = taker.take(kind, rows, time_text(self._clock()))
        reached(CatalogStep.PAGE_WRITTEN, [f"{kind.entity}:{before.pages}"])
        after = after_page(before, rows, len(took.written))
        state = self._states.save(with_part(state, kind, after).with_skipped(took.taken, took.skipped))
        reached(CatalogStep.PAGE_RECORDED, [f"{kind.entity}:{before.pages}"])
        self._distribute()
        progress(kind.title, len(after.seen) + len(after.nameless), after.total or 0)
        return state

    def _end_gone(self, state: State, kind: Kind, taker: Taker) -> State:
        """Read once more what the pass did not show although it is on record; what is not there is gone."""
        took = settled(self._server, self._reader, kind, part_of(state, kind).seen, taker, self._ensure, self._clock())
        reached(CatalogStep.GONE_ENDED, [kind.entity])
        return state.with_skipped(took.taken, took.skipped)


def settled(
    server: CouchServer,
    reader: Reader,
    kind: Kind,
    seen: Iterable[str],
    taker: Taker,
    ensure: Callable[[], None],
    now: datetime,
) -> Took:
    """Settle what is on record and was not shown: read by id, it is taken if it is there and else marked as gone."""
    database = server.database(kind.database)
    known = {key.removeprefix(kind.prefix) for key in keys_of(database, kind.prefix)} - set(seen)
    if not known:
        return Took()
    documents = database.fetch(kind.document_id(id) for id in sorted(known))
    doubted = [id for id in sorted(known) if not documents.get(kind.document_id(id), {}).get("deleted")]
    rows = reader.by_ids(kind.entity, doubted)
    ensure()
    took = taker.take(kind, rows, time_text(now))
    ended = set(doubted) - {str(row.get("Id")) for row in rows}
    if ended:
        log.info("catalog.gone", kind=kind.entity, count=len(ended), ids=sorted(ended)[:10])
    return took + taker.end(kind, ended)


def is_still_there(skipped: Skipped, parts: Mapping[str, Part]) -> bool:
    """Whether what was skipped was shown by the pass; what was not is gone."""
    part = parts.get(skipped.kind)
    return part is None or skipped.id in part.seen or skipped.id.removeprefix("?") in part.nameless


def part_of(state: State, kind: Kind) -> Part:
    """How far the pass under way has read a kind."""
    parts: Mapping[str, Part] = state.running.parts if state.running else {}
    return parts.get(kind.entity, Part())


def with_part(state: State, kind: Kind, part: Part) -> State:
    """The state with a kind read further."""
    assert state.running is not None
    return replace(state, running=replace(state.running, parts={**state.running.parts, kind.entity: part}))
