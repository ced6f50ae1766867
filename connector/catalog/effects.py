"""What transactions do to lists: whose balance and which stock may be another one after them. Pure.

QuickBooks does not say that an item or a customer counts as changed when only its quantity on hand or its balance
moved, so those that a changed transaction names are read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.catalog.fields import ID, Entity, part
from connector.quickbooks import Change
from connector.watched import LISTS, MOVES

KINDS = (*LISTS, *MOVES)


@dataclass(frozen=True)
class Moved:
    """Items and customers to read again, by id.

    `unknown` says that a deleted transaction did not tell whose it was, `edited` that one may have been others' before.
    """

    items: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    unknown: bool = False
    edited: bool = False


def moved_by(changes: Iterable[Change]) -> Moved:
    """What the transactions among some changes may have moved."""
    items: set[str] = set()
    customers: set[str] = set()
    unknown = edited = False
    for change in changes:
        if change.kind not in MOVES:
            continue
        if change.entity is None:
            unknown = True
            continue
        edited = edited or was_edited(change.entity)
        customers |= ids(part(change.entity, "CustomerRef"))
        for line in lines_of(change.entity):
            for name, detail in line.items():
                if isinstance(detail, dict) and name.endswith("Detail"):
                    items |= ids(part(detail, "ItemRef"))
                    who = part(detail, "Entity")
                    customers |= ids(part(who, "EntityRef")) if who.get("Type") == "Customer" else set()
    return Moved(frozenset(items), frozenset(customers), unknown, edited)


def was_edited(transaction: Entity) -> bool:
    """Whether a transaction was changed after it was made; it shows nothing of what it said before."""
    return str(transaction.get("SyncToken", "0")) != "0"


def lines_of(transaction: Entity) -> Iterator[Mapping[str, Any]]:
    """The lines of a transaction, and those inside bundles."""
    rows: Any = transaction.get("Line")
    for line in rows if isinstance(rows, list) else []:
        if isinstance(line, dict):
            yield line
            yield from lines_of(part(line, "GroupLineDetail"))


def ids(reference: Entity) -> set[str]:
    """The id in a reference, if there is one that can be asked for."""
    value = str(reference.get("value", ""))
    return {value} if ID.fullmatch(value) else set()


def marks_of(changes: Iterable[Change]) -> dict[str, str]:
    """What tells each change from later ones of the same entity, to know it again in the next look's overlap."""
    return {f"{change.kind}:{change.id}": mark_of(change) for change in changes}


def mark_of(change: Change) -> str:
    """A change's version and time; a deletion has neither."""
    if change.entity is None:
        return "deleted"
    return f"{change.entity.get('SyncToken')}@{part(change.entity, 'MetaData').get('LastUpdatedTime')}"
