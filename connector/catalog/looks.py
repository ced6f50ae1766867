"""A look: what changed in QuickBooks since the last one, brought over in as few metered reads as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connector.catalog.effects import KINDS, marks_of, moved_by
from connector.catalog.fields import Document
from connector.catalog.kinds import CAPTURED, CUSTOMER, ITEM, Kind
from connector.catalog.products import is_category
from connector.catalog.reader import Reader
from connector.catalog.state import State
from connector.catalog.taking import Taker, Took
from connector.couch import CouchServer
from connector.quickbooks import Change, Gateway
from connector.records import time_text
from connector.steps import CatalogStep, reached


@dataclass(frozen=True)
class Look:
    """What a look found: the state after it, which is not stored yet, when it was by QuickBooks' clock, and what it

    could not see.
    """

    state: State
    took: Took
    at: datetime
    changes: int
    unseen: str | None


class Looks:
    """Makes looks. `ensure` raises when somebody else has taken over."""

    def __init__(
        self,
        server: CouchServer,
        gateway: Gateway,
        reader: Reader,
        ensure: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self._gateway = gateway
        self._reader = reader
        self._ensure = ensure
        self._clock = clock

    def look(self, state: State, since: datetime, taker: Taker) -> Look:
        """Take everything that changed since a moment. Raises what `Gateway` raises, CouchError, CatalogBusy."""
        found = self._gateway.changes(KINDS, since)
        marks = marks_of(found.changes)
        fresh = [each for each in found.changes if state.marks.get(f"{each.kind}:{each.id}") != marks[key_of(each)]]
        reached(CatalogStep.CHANGES_READ, map(key_of, fresh))
        moved = moved_by(fresh)
        rows = {kind.entity: self._rows(kind, fresh) for kind in CAPTURED.values()}
        rows[ITEM.entity] += self._read_again(ITEM, self._stocked(moved.items), rows[ITEM.entity])
        rows[CUSTOMER.entity] += self._read_again(CUSTOMER, moved.customers, rows[CUSTOMER.entity])
        took = Took()
        for name, kind in CAPTURED.items():
            self._ensure()
            took += taker.take(kind, rows[name], time_text(self._clock()), newer_only=True)
            named = {change.id for change in fresh if change.kind == name and change.entity is None}
            took += taker.end(kind, named - {str(row.get("Id")) for row in rows[name]})
        reached(CatalogStep.CHANGES_WRITTEN, map(key_of, fresh))
        suspect = state.suspect
        if moved.unknown:
            suspect = "a transaction was deleted, which does not say whose balance and stock it was"
        elif moved.edited:
            suspect = "a transaction was edited, which does not say whose balance and stock it was before"
        elif any(is_category(row) and str(row.get("SyncToken")) != "0" for row in rows[ITEM.entity]):
            suspect = "a category was changed, and may be in the paths of other products"
        elif found.unseen:
            suspect = f"a look could not see {found.unseen}"
        after = replace(state, marks=without_unread(marks, fresh, rows[ITEM.entity]), suspect=suspect).with_skipped(
            took.taken, took.skipped
        )
        return Look(after, took, found.at, len(fresh), found.unseen)

    def _rows(self, kind: Kind, fresh: Sequence[Change]) -> list[Document]:
        """The entities of a kind as they are now: deleted ones are confirmed, and items read with what is left out."""
        changes = [change for change in fresh if change.kind == kind.entity]
        if kind is ITEM:  # whether change data capture shows an item's Sku is not documented; `SELECT *` does not
            return self._reader.by_ids(kind.entity, (change.id for change in changes))
        living = [change.entity for change in changes if change.entity is not None]
        return living + self._reader.by_ids(kind.entity, (change.id for change in changes if change.entity is None))

    def _stocked(self, items: frozenset[str]) -> set[str]:
        """Those of some items whose stock is counted."""
        documents = self._server.database(ITEM.database).fetch(ITEM.document_id(id) for id in sorted(items))
        return {str(each["quickbooks_id"]) for each in documents.values() if "on_hand" in each}

    def _read_again(self, kind: Kind, ids: Iterable[str], rows: list[Document]) -> list[Document]:
        return self._reader.by_ids(kind.entity, set(ids) - {str(row.get("Id")) for row in rows})


def without_unread(marks: Mapping[str, str], fresh: Iterable[Change], items: Iterable[Document]) -> dict[str, str]:
    """The marks but for living items that a query did not show: the next look's overlap tries those again."""
    read = {str(row.get("Id")) for row in items}
    unread = {key_of(each) for each in fresh if each.kind == ITEM.entity and each.entity and each.id not in read}
    return {key: mark for key, mark in marks.items() if key not in unread}


def key_of(change: Change) -> str:
    """What a change is known by."""
    return f"{change.kind}:{change.id}"
