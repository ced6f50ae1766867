"""What was made, changed or deleted in QuickBooks since a moment, read whole: change data capture, else a query.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/changedatacapture
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.errors import QuickBooksFault, QuickBooksUnreachable
from connector.quickbooks.batches import rows_of
from connector.quickbooks.queries import PAGE, literal, page_of

NEARLY_FULL = 950  # objects; an answer holds 1000 at most and does not say what it left out
ROOM_FOR = (475, 237, 118, 59, 29, 14, 7, 3, 1)  # living entities after the start of a shorter time
LOOK_BACK = timedelta(days=29)  # QuickBooks looks back 30 days; a day is left for clocks that differ
REFUSED = 400

Answer = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One entity as it is now; `entity` is None where QuickBooks calls it deleted (which a read should confirm)."""

    kind: str
    id: str
    entity: Answer | None = None


@dataclass(frozen=True)
class Changes:
    """All changes up to `at`, a time of QuickBooks' own; `unseen` says in words what could not be seen, if anything."""

    at: datetime
    changes: tuple[Change, ...]
    unseen: str | None = None


class ChangeReader:
    """Asks for changes until it has them all. `capture(entities, since)` and `query(statement)` give whole answers."""

    def __init__(self, capture: Callable[[str, str], Answer], query: Callable[[str], Answer]) -> None:
        self._ask_capture = capture
        self._ask_query = query

    def read(self, kinds: Sequence[str], since: datetime) -> Changes:
        """The changes of some kinds of entities since a moment: one call, unless it was long ago or there are many."""
        try:
            return self._captured(kinds, since)
        except QuickBooksFault as fault:
            if fault.status != REFUSED:
                raise
        # Only one reason is known for a refusal: the moment is more than 30 days ago. What lives is found by a query.
        pages = [self._queried(kind, since) for kind in kinds]
        start = min(at for at, _ in pages)
        recent = self._captured(kinds, start - LOOK_BACK)
        found = (change for _, changes in pages for change in changes)
        unseen = f"what was deleted before {text_of(start - LOOK_BACK)}"
        return Changes(start, each_once([*found, *recent.changes]), told(unseen, recent.unseen))

    def _captured(self, kinds: Sequence[str], since: datetime) -> Changes:
        first = self._capture(kinds, since)
        if len(first.changes) < NEARLY_FULL:
            return first
        if len(kinds) > 1:
            parts = [self._captured([kind], since) for kind in kinds]
            unseen = told(*(part.unseen for part in parts))
            return Changes(first.at, each_once(change for part in parts for change in part.changes), unseen)
        return self._window(kinds[0], since, first)

    def _window(self, kind: str, since: datetime, first: Changes) -> Changes:
        """More than one answer holds: living ones by a query, deleted ones by capturing a shorter and shorter time."""
        _, living = self._queried(kind, since)
        moments = sorted(moment for change in living if (moment := updated_at(change)) is not None)
        # Each start leaves half as many living ones after it, until there is room for what was deleted since.
        starts = dict.fromkeys(moments[-newest] for newest in ROOM_FOR if newest <= len(moments))
        for start in starts:
            recent = self._capture([kind], start)
            if len(recent.changes) < NEARLY_FULL:
                unseen = f"which {kind} was deleted between {text_of(since)} and {text_of(start)}"
                return Changes(first.at, each_once([*first.changes, *living, *recent.changes]), unseen)
        unseen = f"which {kind} was deleted since {text_of(since)}"
        return Changes(first.at, each_once([*first.changes, *living]), unseen)

    def _capture(self, kinds: Sequence[str], since: datetime) -> Changes:
        answer = self._ask_capture(",".join(kinds), text_of(since))
        return Changes(time_of(answer), tuple(changes_in(answer)))

    def _queried(self, kind: str, since: datetime) -> tuple[datetime, list[Change]]:
        """The living entities of a kind that were changed since a moment, and when the first page was answered."""
        where = f"MetaData.LastUpdatedTime >= {literal(text_of(since))}"
        found: dict[str, Change] = {}
        answered: datetime | None = None
        start = 1
        while True:
            answer = self._ask_query(page_of(kind, where, start))
            answered = answered or time_of(answer)
            rows = rows_of(answer.get("QueryResponse"))
            fresh = [row for row in rows if str(row["Id"]) not in found]
            if not fresh:
                return answered, list(found.values())
            found |= {str(row["Id"]): Change(kind, str(row["Id"]), row) for row in fresh}
            start += min(len(rows), PAGE)


def changes_in(answer: Mapping[str, Any]) -> Iterator[Change]:
    """The changes in an answer of change data capture; raises QuickBooksUnreachable for what is none."""
    if "CDCResponse" not in answer:
        raise QuickBooksUnreachable("QuickBooks answered without CDCResponse")
    for response in listed(answer["CDCResponse"]):
        for part in listed(response.get("QueryResponse")):
            for kind, rows in part.items():
                for row in rows if isinstance(rows, list) else ():
                    if isinstance(row, dict) and "Id" in row:
                        deleted = str(row.get("status", "")).lower() == "deleted"
                        yield Change(kind, str(row["Id"]), None if deleted else row)


def listed(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; one that comes without its list counts as well."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def each_once(changes: Iterable[Change]) -> tuple[Change, ...]:
    """One change for each entity: the one that was read last."""
    return tuple({(change.kind, change.id): change for change in changes}.values())


def time_of(answer: Mapping[str, Any]) -> datetime:
    """When QuickBooks answered, by its own clock and with its offset; raises QuickBooksUnreachable without it."""
    try:
        moment = datetime.fromisoformat(str(answer.get("time")))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise QuickBooksUnreachable("QuickBooks' answer does not say when it was given")
    return moment


def updated_at(change: Change) -> datetime | None:
    """When a living entity was changed last."""
    try:
        return datetime.fromisoformat(str(((change.entity or {}).get("MetaData") or {}).get("LastUpdatedTime")))
    except ValueError:
        return None


def text_of(moment: datetime) -> str:
    """A moment as QuickBooks reads it: to the second, rounded down, with its offset."""
    return moment.isoformat(timespec="seconds")


def told(*unseen: str | None) -> str | None:
    """Several notes about what could not be seen as one."""
    return "; ".join(note for note in unseen if note) or None
