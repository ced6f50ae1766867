"""Entities as documents: what can be used is written where it changed, the rest is skipped with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from connector.catalog.customer_types import CustomerTypes
from connector.catalog.customers import customer_of
from connector.catalog.fields import ID, Document, Entity, Unusable, one_line, shortened
from connector.catalog.kinds import CUSTOMER, ITEM, TERM, Kind
from connector.catalog.lists import term_of
from connector.catalog.paging import printable
from connector.catalog.products import is_category, product_of
from connector.catalog.standing import Inactive, gone, standing
from connector.catalog.state import Skipped
from connector.catalog.writing import Written, write_changed
from connector.couch import CouchServer
from connector.records import content_hash

Make = Callable[[Entity], Document | None]


@dataclass(frozen=True)
class Took:
    """The keys of what could be used, the documents written, and what was skipped."""

    taken: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def __add__(self, other: Took) -> Took:
        return Took(self.taken + other.taken, self.written + other.written, self.skipped + other.skipped)


@dataclass(frozen=True)
class Taker:
    """Takes entities of any kind. `inactive` is the setting, `types` knows the names of customer types."""

    server: CouchServer
    inactive: Inactive
    types: CustomerTypes = field(default_factory=CustomerTypes)

    def take(self, kind: Kind, rows: Sequence[Entity], at: str, *, newer_only: bool = False) -> Took:
        """Write what changed. One entity that can't be used keeps no other from being taken.

        Raises CouchError, and what `Gateway` raises where a customer's type is not known yet.
        """
        types = self.types.named_in(rows) if kind is CUSTOMER else {}
        makers: dict[str, Make] = {
            ITEM.entity: lambda row: None if is_category(row) else product_of(row),
            CUSTOMER.entity: lambda row: customer_of(row, types),
            TERM.entity: term_of,
        }
        return self.take_as(kind, rows, makers[kind.entity], at, newer_only=newer_only)

    def take_as(self, kind: Kind, rows: Sequence[Entity], make: Make, at: str, *, newer_only: bool = False) -> Took:
        """The same with the function that makes a document of an entity, None for an entity that needs none."""
        taken, documents, skipped = [], [], []
        for row in rows:
            try:
                document = make(row)
            except Unusable as reason:
                skipped.append(skipped_of(kind, row, str(reason), at))
            except Exception as error:
                text = f"Roadbook itself failed on it ({type(error).__name__}: {error})"
                skipped.append(skipped_of(kind, row, text, at))
            else:
                taken.append(f"{kind.entity}:{row.get('Id')}")
                documents += [] if document is None else [standing(document, self.inactive)]
        written = write_changed(self.server.database(kind.database), documents, newer_only=newer_only)
        return self._after(kind, taken, documents, written, skipped, at)

    def end(self, kind: Kind, ids: Iterable[str]) -> Took:
        """Say of entities that QuickBooks does not have any more that they are gone. Raises CouchError."""
        database = self.server.database(kind.database)
        present = database.fetch(kind.document_id(id) for id in ids)
        documents = [gone(document, self.inactive) for document in present.values()]
        return Took(written=write_changed(database, documents).ids)

    def _after(
        self,
        kind: Kind,
        taken: list[str],
        documents: list[Document],
        written: Written,
        skipped: list[Skipped],
        at: str,
    ) -> Took:
        names = {str(document["_id"]): document for document in documents}
        refused = [
            Skipped(kind.entity, str(names[key]["quickbooks_id"]), str(names[key]["name"]), reason, at)
            for key, reason in written.refused.items()
        ]
        usable = set(taken) - {each.key for each in refused}
        return Took(tuple(sorted(usable)), written.ids, (*skipped, *refused))


def skipped_of(kind: Kind, row: Entity, reason: str, at: str) -> Skipped:
    """A row of the list of what was skipped; what has no id is known by its content."""
    key = str(row.get("Id", ""))
    id = key if ID.fullmatch(key) else f"?{content_hash(printable(row))[:16]}"
    name = next((text for name in ("DisplayName", "Name") if (text := one_line(row.get(name)))), "")
    return Skipped(kind.entity, id, shortened(name, 100), reason, at)
