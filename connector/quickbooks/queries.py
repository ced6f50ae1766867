"""Statements of QuickBooks' query language: literals that cannot break out, pages that end."""

from __future__ import annotations

PAGE = 1000  # rows; QuickBooks' maximum

UPDATED = "MetaData.LastUpdatedTime"

# `SELECT *` leaves an item's Sku out in practice; python-quickbooks asks the same way.
COLUMNS = {"Item": "*, Sku"}


def literal(text: str) -> str:
    """A string literal: quoted, with backslash and quote escaped; raises ValueError for control characters."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("control characters cannot be asked for in a QuickBooks query")
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def page_of(entity: str, where: str, start: int) -> str:
    """The statement for one page; no order, because QuickBooks ends sorting by Id and any other moves under edits."""
    condition = f" WHERE {where}" if where else ""
    return f"SELECT {COLUMNS.get(entity, '*')} FROM {entity}{condition} STARTPOSITION {start} MAXRESULTS {PAGE}"


def page_by_time(entity: str, where: str, since: str | None, start: int) -> str:
    """The statement for one page in the order of the last changes, from a moment on.

    Ids can't be sorted by any more (<https://github.com/sahat/hackathon-starter/issues/1510>).
    """
    condition = f"{where} AND {UPDATED} >= {literal(since)}" if since else where
    return (
        f"SELECT {COLUMNS.get(entity, '*')} FROM {entity} WHERE {condition} "
        f"ORDERBY {UPDATED} STARTPOSITION {start} MAXRESULTS {PAGE}"
    )


def count_of(entity: str, where: str) -> str:
    """The statement that counts."""
    return f"SELECT COUNT(*) FROM {entity}{f' WHERE {where}' if where else ''}"
