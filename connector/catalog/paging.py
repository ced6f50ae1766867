"""How a list is read page by page without a gap, although it changes meanwhile and pages may be wrong. Pure.

Ids can't be sorted by, so pages are sorted by the time of the last change: the next page begins with the last time
seen, again with what has that very time, and only among equal times by position. What is changed meanwhile moves to
the end and is read a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connector.catalog.fields import ID, Entity, part
from connector.catalog.state import Part
from connector.quickbooks import PAGE
from connector.records import content_hash

MOST_ROUNDS = 2  # times a list is read when fewer are shown than QuickBooks counts


def after_page(before: Part, rows: Sequence[Entity], written: int) -> Part:
    """How far a list has been read after one more page; `done` once nothing more is to come."""
    ids = [str(row["Id"]) for row in rows if ID.fullmatch(str(row.get("Id", "")))]
    nameless = [content_hash(printable(row))[:16] for row in rows if not ID.fullmatch(str(row.get("Id", "")))]
    seen = tuple(dict.fromkeys((*before.seen, *ids)))
    told = tuple(dict.fromkeys((*before.nameless, *nameless)))
    moved = replace(before, seen=seen, nameless=told, pages=before.pages + 1, written=before.written + written)
    complete = len(seen) + len(told) >= (before.total or 0)
    # A page that is not full may be followed by another; where all that was counted is there, it is not asked for.
    if not rows or (complete and len(rows) < PAGE):
        if not complete and before.rounds < MOST_ROUNDS:
            return replace(moved, at=None, skip=0, rounds=before.rounds + 1)
        return replace(moved, done=True)
    last = latest(rows)
    if last is not None and (before.at is None or last > datetime.fromisoformat(before.at)):
        return replace(moved, at=last.isoformat(), skip=0)
    # Pages with a row too many have been seen: never step further than was asked for.
    return replace(moved, skip=before.skip + min(len(rows), PAGE))


def latest(rows: Sequence[Entity]) -> datetime | None:
    """The last second of change in a page, as pages are asked for by seconds; None where no row says one."""
    moments = (moment for row in rows if (moment := changed_at(row)) is not None)
    return max((moment.replace(microsecond=0) for moment in moments), default=None)


def changed_at(entity: Entity) -> datetime | None:
    """When an entity was changed last; None for one that does not say it with an offset."""
    try:
        moment = datetime.fromisoformat(str(part(entity, "MetaData").get("LastUpdatedTime")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def missing(part: Part) -> str | None:
    """What to say when fewer entities were shown than counted; None when nothing is missing."""
    shown = len(part.seen) + len(part.nameless)
    return None if shown >= (part.total or 0) else f"QuickBooks counts {part.total} and shows {shown}"


def printable(row: Entity) -> dict[str, str]:
    """A row in a form that can be hashed."""
    return {name: str(value) for name, value in row.items()}
