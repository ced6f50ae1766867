"""What becomes of a document whose entity is inactive or gone: hidden, or reduced to a stub; it never disappears. Pure.

Orders and drafts refer to documents by their ids, so whatever they refer to stays and says what it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Inactive = Literal["hide", "remove"]

MARK = " (deleted)"  # what QuickBooks puts behind the name of what is inactive
PLACING = ("customer_type", "customer_type_id", "parent")  # what says whose customer it is, and which prices it gets
STUB = ("_id", "type", "schema", "quickbooks_id", "version", "name", "sku", "active", *PLACING)

Document = dict[str, Any]


def living_name(name: str, active: bool) -> str:
    """A name without the mark that QuickBooks gives to what is inactive: `active` says it."""
    return name if active else name.removesuffix(MARK) or name


def standing(document: Document, inactive: Inactive) -> Document:
    """A document as devices get it: whole while it is active; else as the setting `ROADBOOK_INACTIVE` says."""
    if document["active"] or inactive == "hide":
        return document
    stub = {name: document[name] for name in STUB if name in document}
    gone = {"deleted": True} if document.get("deleted") else {}
    return {**stub, "removed": True, **gone}


def gone(present: Mapping[str, Any], inactive: Inactive) -> Document:
    """The document of an entity that QuickBooks does not have any more, given the one that is there."""
    content = {name: value for name, value in present.items() if name == "_id" or not name.startswith("_")}
    return standing({**content, "active": False, "deleted": True}, inactive)
