"""Sets of property names, written as texts."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The names in a text."""
    return frozenset(text.split())


EVERY = words("Id SyncToken MetaData CustomField AttachableRef domain status sparse")
